import { coordinatorNameOf, functionsOf, keepsState } from '../api/dag/operator-spec.js'
import { isCheckpointedFunction } from '../api/functions/checkpointed-function.js'
import { hasMethods } from '../api/functions/has-methods.js'
import { FromElementsFunction } from '../api/functions/source/from-elements-function.js'
import { isFlushingSink } from '../api/functions/sink/flushing-sink.js'
import { isListCheckpointed } from '../api/functions/list-checkpointed.js'
import type { OperatorBinding, ProgramGraph } from './program-graph.js'

/**
 * Names of the operators that may hold state and have no uid, in the order of the plan: a later version of the program may
 * not find their state again. None where elements that stand in the program itself are all there is.
 */
export function statefulOperatorsWithoutUid(graph: ProgramGraph): string[] {
  const operators = graph.jobGraph.vertices.flatMap((vertex) => vertex.operators)
  const stateful = operators
    .filter((operator) => operator.uid === undefined)
    .filter((operator) => mayHoldState(graph.operators.get(operator.id)))
  const isMoreThanElements = stateful.some((operator) => !emitsElements(graph.operators.get(operator.id)))
  return isMoreThanElements ? stateful.map((operator) => operator.name) : []
}

function emitsElements(binding: OperatorBinding | undefined): boolean {
  return binding !== undefined && functionsOf(binding.spec).some((each) => each instanceof FromElementsFunction)
}

function mayHoldState(binding: OperatorBinding | undefined): boolean {
  if (binding === undefined) return false
  const { spec, keys } = binding
  const functions = functionsOf(spec)
  // How far its files were written: without it they are only not cut back.
  if (functions.some(isFlushingSink)) return false
  if (keepsState(spec) || coordinatorNameOf(spec) !== undefined) return true
  if (functions.some((each) => isCheckpointedFunction(each) || isListCheckpointed(each))) return true
  // A rich function on a keyed stream can ask its runtime context for keyed state.
  return keys.some((key) => key !== undefined) && functions.some((each) => hasMethods(each, 'getRuntimeContext'))
}
