/** What the guarantee of the job's checkpoints makes of results that a restart sends again. */
export type ResultGuarantee =
  /** Results are handed out with the checkpoint that they belong to, so that none comes twice. */
  | 'exactly-once'
  /** They are handed out at once, and those since the last checkpoint again after a restart. */
  | 'at-least-once'
  /** There are no checkpoints: a restart is the error RESULTS_COME_AGAIN. */
  | 'none'

/** From the sink of a stream that the program collects. Results are numbered from the first one of the job on. */
export type ResultMessage =
  /** An attempt begins; its first result has the number `from`. Sent again whenever the program asks. */
  | { readonly type: 'attempt'; readonly attempt: number; readonly from: number; readonly guarantee: ResultGuarantee }
  /** So many results, each as its serializer wrote it; the first one has the number `from`. */
  | {
      readonly type: 'results'
      readonly attempt: number
      readonly from: number
      readonly count: number
      readonly bytes: Uint8Array
    }
  /** The results below this number will not come again. */
  | { readonly type: 'committed'; readonly attempt: number; readonly upTo: number }

/** From the program. */
export type ResultReply =
  /** It listens. */
  | { readonly type: 'listening' }
  /** It has everything below this number. */
  | { readonly type: 'received'; readonly attempt: number; readonly upTo: number }
  /** It wants no more results, of no attempt. */
  | { readonly type: 'discard' }

/** Of the channel between both. */
export function resultChannelName(jobId: string): string {
  return `flink-ts/results/${jobId}`
}
