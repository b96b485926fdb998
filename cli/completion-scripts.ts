/** What the scripts call, with the words after the program; the last word is the one that is being written. */
export const COMPLETE_COMMAND = '__complete';

/** What to show is asked of this program each time, so a script fits every version of it. */
export const completionScripts = {
  bash: `_kubectl_snt() {
  local IFS=$'\\n'
  COMPREPLY=($(kubectl-snt ${COMPLETE_COMMAND} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
}
complete -F _kubectl_snt kubectl-snt
`,
  zsh: `#compdef kubectl-snt
_kubectl_snt() {
  local -a lines
  lines=("\${(@f)$(kubectl-snt ${COMPLETE_COMMAND} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n $lines[1] ]] || return 1
  lines=("\${(@)lines//:/\\\\:}")
  lines=("\${(@)lines/$'\\t'/:}")
  _describe kubectl-snt lines
}
compdef _kubectl_snt kubectl-snt
`,
  fish: `function __kubectl_snt
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  kubectl-snt ${COMPLETE_COMMAND} $words[2..-1] "$current" 2>/dev/null
end
complete -c kubectl-snt -f -a '(__kubectl_snt)'
`,
  // The last line is cobra's for "and no file names".
  kubectl: `#!/bin/sh
kubectl-snt ${COMPLETE_COMMAND} "$@" 2>/dev/null
echo :4
`,
};
