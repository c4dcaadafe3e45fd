import { nearestName } from '../../core/errors/nearest-name.js'
import { argumentError } from './parsed-values.js'

/** What comes after an action and says more closely what to do: never a job or a file. */
const SUB_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  savepoint: ['inspect', 'rescale'],
  state: ['ls', 'get', 'export', 'diff', 'import'],
  txn: ['ls', 'commit', 'abort'],
}

/** `savepoint inspect x` as the action `savepoint inspect` with `x`; any other line as it is. */
export function withSubAction(args: readonly string[]): readonly string[] {
  const [action = '', next = '', ...rest] = args
  return subActionsOf(action).includes(next) ? [`${action} ${next}`, ...rest] : args
}

export function subActionsOf(action: string): readonly string[] {
  return Object.hasOwn(SUB_ACTIONS, action) ? (SUB_ACTIONS[action] ?? []) : []
}

const CONVERSION =
  '"savepoint convert" is not a valid action: there is nothing to convert. Every savepoint is in the one format that all state backends ' +
  'and parallelisms start from: run -s <savepoint> <job-file>. For another max parallelism: savepoint rescale. To change entries: state export and state import.'

/** Throws CLI_ARGUMENT_INVALID where the words ask for what no action does, and would else be taken for a job. */
export function refuseMissingSubAction([action, next]: readonly string[]): void {
  if (action === 'savepoint' && next === 'convert') throw argumentError(CONVERSION)
}

/** What was most likely meant by a word that is none of them, as the end of a message. */
export function adviceOnSubAction(action: string, given: string): string {
  const nearest = nearestName(given, subActionsOf(action))
  return nearest === undefined ? '' : `\n(Did you mean ${action} ${nearest}?)`
}

/** Throws CLI_ARGUMENT_INVALID, naming what there is. */
export function refuseSubAction(action: string, given: string | undefined): never {
  const all = subActionsOf(action).map((name) => `${action} ${name}`)
  const known = `Valid are ${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}.`
  if (given === undefined) throw argumentError(`Missing what to do with ${action}. ${known}`)
  throw argumentError(`"${action} ${given}" is not a valid action.${adviceOnSubAction(action, given)} ${known}`)
}
