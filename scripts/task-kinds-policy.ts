import { SEI_NODE, SEI_NODE_TASK } from '../api/resources.ts';
import { definitionOf, taskKindNames } from '../api/task-kinds.ts';

const NAME = 'sei-node-tasks-kinds';

/** `'GovVote': 'vote',` and so on, one line each. */
const verbsByKind = taskKindNames.map((kind) => `'${kind}': '${definitionOf(kind).creatorVerb}'`).join(',\n  ');

const NODES = `authorizer.group('${SEI_NODE.group}').resource('${SEI_NODE.plural}')`;

/** What the API server says of a missing right, followed by what needs it. */
const REFUSAL = [
  `'User "' + request.userInfo.username + '" cannot ' + variables.verb + ' resource "${SEI_NODE.plural}"`,
  ` in API group "${SEI_NODE.group}" in the namespace "' + request.namespace + '", which a SeiNodeTask of kind '`,
  ` + variables.kind + ' for SeiNode ' + variables.node + ' requires. Ask for a Role with this right.'`,
].join('');

/**
 * A ValidatingAdmissionPolicy that decides for each kind of task who may create it or change its spec, and its binding.
 * A kind that is not in api/kinds is refused.
 */
export function taskKindsPolicy(): readonly object[] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name: NAME }, spec: policy() },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: NAME },
      spec: { policyName: NAME, validationActions: ['Deny'] },
    },
  ];
}

function policy(): object {
  const { group, version, plural } = SEI_NODE_TASK;
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [group], apiVersions: [version], operations: ['CREATE', 'UPDATE'], resources: [plural] },
      ],
    },
    // Labels, annotations such as sei.io/cancel, and statuses are not a matter of the kind.
    matchConditions: [
      {
        name: 'created-or-spec-changed',
        expression: "request.operation == 'CREATE' || object.spec != oldObject.spec",
      },
    ],
    variables: [
      { name: 'kind', expression: 'string(object.spec.kind)' },
      { name: 'node', expression: 'string(object.spec.target.nodeRef.name)' },
      { name: 'verbs', expression: `{\n  ${verbsByKind}\n}` },
      { name: 'verb', expression: "variables.kind in variables.verbs ? variables.verbs[variables.kind] : ''" },
    ],
    validations: [
      {
        expression: "variables.verb != ''",
        reason: 'Forbidden',
        messageExpression:
          "'This policy does not know the kind ' + variables.kind + '. Upgrade sei-node-tasks to the version that the CRD is from, or apply deploy/admission of that version.'",
      },
      {
        expression: [
          "variables.verb in ['', 'none'] ||",
          `${NODES}.namespace(request.namespace).name(variables.node).check(variables.verb).allowed()`,
        ].join('\n'),
        reason: 'Forbidden',
        messageExpression: REFUSAL,
      },
    ],
  };
}
