{{/* Prefix of every name. The release name, which must say what it is about. */}}
{{- define "snt.name" -}}
{{- $name := ternary .Release.Name (printf "%s-sei-node-tasks" .Release.Name) (contains "sei-node-tasks" .Release.Name) -}}
{{- if gt (len $name) 45 }}{{ fail (printf "The release name %q is too long: names would have more than 63 characters. Use at most 30." .Release.Name) }}{{ end -}}
{{- $name -}}
{{- end }}

{{- define "snt.labels" -}}
{{ include "snt.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: sei-node-tasks
{{- end }}

{{- define "snt.selector" -}}
app.kubernetes.io/name: sei-node-tasks
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "snt.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end }}

{{/* Refuses builds of the workers that could not be told apart, or whose pods would also bridge. */}}
{{- define "snt.checkBuilds" -}}
{{- with .Values.worker.builds -}}
{{- $builds := join ", " . -}}
{{- if not $.Values.separateRoles }}{{ fail (printf "worker.builds=[%s] needs separateRoles: true: the bridge is replaced with each upgrade, and builds of the workers stay." $builds) }}{{ end -}}
{{- if $.Values.image.digest }}{{ fail (printf "worker.builds=[%s] are tags of the image, and image.digest=%s replaces its tag. Unset image.digest, and set image.tag for the bridge." $builds $.Values.image.digest) }}{{ end -}}
{{- end -}}
{{- end }}

{{/* The address of Temporal's frontend. Helm would refuse a wrong one with the pattern of the schema, and no word of what it means. */}}
{{- define "snt.temporalAddress" -}}
{{- $port := regexFind "[1-9][0-9]{0,4}$" . | default "0" | int -}}
{{- if or (not (regexMatch "^(\\[[0-9a-fA-F:]+\\]|[^:/\\s]+):[1-9][0-9]{0,4}$" .)) (gt $port 65535) }}{{ fail (printf "temporal.address=%s must be host:port without a scheme, for example temporal-frontend.temporal.svc:7233." .) }}{{ end -}}
{{- . -}}
{{- end }}

{{/* The port of a URL: as written, or that of its scheme. */}}
{{- define "snt.urlPort" -}}
{{- $authority := regexReplaceAll "^[a-z]+://([^/]*).*$" . "${1}" -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $authority) | default (ternary "443" "80" (hasPrefix "https://" .)) -}}
{{- end }}

{{/* A file of deploy/, with the names and the namespace of this release, each of which may contain what the other replaces. */}}
{{- define "snt.renamed" -}}
{{- .text | replace "sei-system" "<namespace>" | replace "sei-node-tasks" (include "snt.name" .root) | replace "<namespace>" .root.Release.Namespace | trim }}
{{- end }}

{{/* Refuses a setting that installs a ValidatingAdmissionPolicy on a cluster without this kind. */}}
{{- define "snt.needsPolicies" -}}
{{- $version := .root.Capabilities.KubeVersion.Version -}}
{{- if semverCompare "<1.30.0-0" $version }}{{ fail (printf "%s needs Kubernetes 1.30 or newer, and this cluster has %s. %s" .setting $version .advice) }}{{ end -}}
{{- end }}

{{/* Label selector for the tasks and runbooks to carry out. Empty: all. */}}
{{- define "snt.taskSelector" -}}
{{- if and .taskSelector (ne .coexistence.dividedBy "TaskLabel") (not (default dict .env).TASK_QUEUE) }}{{ fail (printf "taskSelector=%s: another release carries out the other tasks, and each release in a cluster needs a task queue of its own. Set env.TASK_QUEUE. For a release that has run without it, set the queue that its log names as taskQueue: its tasks continue there." .taskSelector) }}{{ end -}}
{{- ternary "sei.io/executor=temporal" .taskSelector (eq .coexistence.dividedBy "TaskLabel") -}}
{{- end }}

{{/* The accounts that run pods, as subjects of a FlowSchema. */}}
{{- define "snt.accountSubjects" -}}
{{- range ternary (list "-bridge" "-worker") (list "") .Values.separateRoles }}
- kind: ServiceAccount
  serviceAccount: { name: {{ include "snt.name" $ }}{{ . }}, namespace: {{ $.Release.Namespace }} }
{{- end }}
{{- end }}

{{/*
What is mounted, as a list of name, path and source. The sidecars get a token of their own: with the ServiceAccount's,
every sidecar would have the rights of this service at the API server. 288 is 0440: the group of the pod may read.
*/}}
{{- define "snt.volumes" -}}
{{- with .values }}
{{- if $.works }}
- name: sidecar-token
  path: /var/run/secrets/sei-sidecar
  source:
    projected:
      sources:
        - serviceAccountToken:
            path: token
            audience: {{ .sidecar.audience | quote }}
            expirationSeconds: {{ .sidecar.tokenExpirationSeconds }}
{{- with .sidecar.caConfigMapName }}
- name: sidecar-ca
  path: /etc/sei-node-tasks/sidecar-ca
  source: { configMap: { name: {{ . | quote }} } }
{{- end }}
{{- end }}
{{- range $name, $secret := dict "temporal-ca" .temporal.tls.caSecretName "temporal-client" .temporal.tls.clientSecretName "temporal-api-key" .temporal.apiKey.secretName "payload-keys" .payloadKeys.secretName }}
{{- if $secret }}
- name: {{ $name }}
  path: /etc/sei-node-tasks/{{ $name }}
  source: { secret: { secretName: {{ $secret | quote }}, defaultMode: 288 } }
{{- end }}
{{- end }}
{{- end }}
{{- end }}
