// Duty: the shape of the table by which the operators of a family are made: one entry a kind.
// Thread: the task worker that owns the task.
import type { KindSpec } from '../../../api/dag/operator-spec.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorContext, StreamOperator } from './stream-operator.js'

/** The spec is the binding's. */
export type OperatorMaker<Spec> = (binding: OperatorBinding, context: OperatorContext, spec: Spec) => StreamOperator

export type OperatorMakers<Spec extends KindSpec> = {
  readonly [Kind in Spec['kind']]: OperatorMaker<Extract<Spec, { readonly kind: Kind }>>
}
