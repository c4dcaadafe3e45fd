// Duty: makes the operators that a program brings.
// Thread: the task worker that owns the task.
import type { OwnOperatorSpec } from '../../../../api/dag/operators/own-operator-spec.js'
import type { OperatorMakers } from '../operator-makers.js'
import { OwnOneInputOperator, type OwnOneInput } from './own-one-input-operator.js'
import { OwnTwoInputOperator, type OwnTwoInput } from './own-two-input-operator.js'

export const ownOperators: OperatorMakers<OwnOperatorSpec> = {
  'own-one-input': (binding, context, spec) => new OwnOneInputOperator(binding, context, spec.function as OwnOneInput),
  'own-two-input': (binding, context, spec) => new OwnTwoInputOperator(binding, context, spec.function as OwnTwoInput),
}
