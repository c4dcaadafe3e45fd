import type { QueryableStateMessage } from '../rest/messages/state-messages.js'

/** Nobody has more, and a list that a stranger wrote is not gone through for ever. */
const MOST_STATES = 10_000

/** True when what came from outside can be asked about as states of a job. */
export function areQueryableStates(value: unknown): value is readonly QueryableStateMessage[] {
  return Array.isArray(value) && value.length <= MOST_STATES && value.every(isQueryableState)
}

function isQueryableState(value: unknown): value is QueryableStateMessage {
  if (typeof value !== 'object' || value === null) return false
  const message = value as Partial<Record<keyof QueryableStateMessage, unknown>>
  const texts = [
    message.name,
    message['operator-id'],
    message['operator-name'],
    message.state,
    message.kind,
    message.type,
  ]
  const numbers = [message['schema-version'], message['max-parallelism']]
  return texts.every((each) => typeof each === 'string') && numbers.every(Number.isSafeInteger) && 'key-kind' in message
}
