import { NOT_ADDRESSABLE } from '../core/fs/not-addressable.js'
import type { QueryableStateMessage, StateQueryAnswer } from '../rest/messages/state-messages.js'
import type { StateQueryOutcome } from '../runtime/jobmanager/jobmaster/queryable-state-names.js'
import type { QueryableStateInfo } from '../runtime/protocol/state-queries.js'

/** A state that may be asked about, as the wire type of the REST API. */
export function queryableStateMessageOf(info: QueryableStateInfo): QueryableStateMessage {
  const { name, operatorId, operatorName, state, keyKind, maxParallelism } = info
  return {
    name,
    'operator-id': operatorId,
    'operator-name': operatorName,
    state: state.name,
    kind: state.kind,
    type: state.typeFingerprint,
    'schema-version': state.schemaVersion,
    'key-kind': keyKind,
    'max-parallelism': maxParallelism,
  }
}

export function stateQueryAnswerOf(outcome: StateQueryOutcome): StateQueryAnswer {
  const state = queryableStateMessageOf(outcome.info)
  if (outcome.kind === 'values') {
    const values = outcome.values.map((bytes) => (bytes === undefined ? null : base64Of(bytes)))
    return { source: 'job', state, values }
  }
  const { reason, checkpoint } = outcome
  if (checkpoint === undefined || checkpoint.externalPath === NOT_ADDRESSABLE) {
    return { source: 'none', state, reason, checkpoint: null }
  }
  const { checkpointId: id, timestamp } = checkpoint.metadata
  const path = checkpoint.metadataFile ?? checkpoint.externalPath
  return { source: 'none', state, reason, checkpoint: { id, timestamp, path } }
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
