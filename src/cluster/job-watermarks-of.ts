import type {
  JobWatermarksInfo,
  VertexWatermarksInfo,
  WatermarkHolderInfo,
} from '../rest/messages/watermark-messages.js'
import type { JobDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { VertexTime, WatermarkHolder } from '../runtime/jobmanager/watermarks/watermark-diagnosis.js'
import { watermarkText } from '../runtime/protocol/watermark-text.js'

/** Where event time stands, as the wire type of the REST API. Pure. */
export function jobWatermarksInfoOf(
  details: JobDetails,
  vertices: readonly VertexTime[],
  now: number,
): JobWatermarksInfo {
  const { jobId: jid, name, status: state } = details
  return { jid, name, state, now, vertices: vertices.map(vertexInfoOf) }
}

function vertexInfoOf({ vertex, lateRecords, inputs, makers }: VertexTime): VertexWatermarksInfo {
  const { id, name, parallelism } = vertex
  return {
    id,
    name,
    parallelism,
    'late-records-dropped': lateRecords.map(({ operator, numDropped: count }) => ({ operator, count })),
    inputs: inputs.map(({ watermark, since, isIdle, numSubtasks, holders }) => ({
      watermark: watermarkText(watermark),
      since,
      idle: isIdle,
      subtasks: numSubtasks,
      'held-back-by': holders.map(holderInfoOf),
    })),
    makers: makers.map((maker) => ({ ...holderInfoOf(maker), 'idle-subtasks': maker.numIdle })),
  }
}

function holderInfoOf(holder: WatermarkHolder): WatermarkHolderInfo {
  const { vertex, subtask, operator, strategy, hasRecord, watermark, since, splits, numSplits } = holder
  const { mayGetSplits, waitsForGroup } = holder
  return {
    vertex: vertex.id,
    'vertex-name': vertex.name,
    subtask,
    parallelism: vertex.parallelism,
    operator,
    strategy,
    ...(hasRecord === undefined ? {} : { 'has-record': hasRecord }),
    idle: holder.isIdle,
    ...(mayGetSplits === undefined ? {} : { 'may-get-splits': mayGetSplits }),
    ...(waitsForGroup === undefined ? {} : { 'waits-for-group': waitsForGroup }),
    watermark: watermarkText(watermark),
    since,
    splits: splits.map((split) => ({
      id: split.splitId,
      watermark: watermarkText(split.watermark),
      since: split.since,
    })),
    'split-count': numSplits,
  }
}
