import { DataOutputView } from '../../../core/memory/data-output-view.js'
import { openThreadChannel, type OpenThreadChannel, type ThreadChannel } from '../../../core/io/thread-channel.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { resultChannelName, type ResultGuarantee, type ResultMessage, type ResultReply } from './result-messages.js'
import { ListStateDescriptor } from '../../state/list-state-descriptor.js'
import type { ListState } from '../../state/list-state.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import type { CheckpointListener } from '../checkpoint-listener.js'
import { RichSinkFunction } from '../sink-function.js'
import type { FlushingSink } from './flushing-sink.js'

const BUFFER_BYTES = 64 * 1024

export interface CollectSettings {
  readonly guarantee: ResultGuarantee
  readonly registeredTypes: RegisteredTypes
}

/**
 * The end of a stream that `executeAndCollect` reads. It sends to the program, and no checkpoint passes before that has all results
 * of before it; so their number is all that is in its state.
 */
export class CollectSinkFunction<T>
  extends RichSinkFunction<T>
  implements FlushingSink, CheckpointedFunction, CheckpointListener
{
  /** So that the graph says it, also of another copy of the package. */
  readonly isCollected: boolean = true
  readonly #guarantee: ResultGuarantee
  readonly #serializer: TypeSerializer<unknown>
  readonly #open: OpenThreadChannel
  readonly #buffer = new DataOutputView()
  #buffered = 0
  #channel: ThreadChannel | undefined
  /** Numbers of the results: sent, and had by the program. */
  readonly #sent = { from: 0, upTo: 0, receivedUpTo: 0 }
  #state: ListState<number> | undefined
  readonly #atCheckpoint = new Map<number, number>()
  /** Of the program: nobody listens yet, somebody does, nobody will any more. */
  #listener: 'none' | 'listening' | 'gone' = 'none'
  #waiting: { readonly isDone: () => boolean; readonly resolve: () => void }[] = []

  constructor({ guarantee, registeredTypes }: CollectSettings, open: OpenThreadChannel = openThreadChannel) {
    super()
    this.#guarantee = guarantee
    this.#serializer = structuredSerializer(registeredTypes)
    this.#open = open
  }

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('collected-results'))
    const [restored = 0] = this.#state.get()
    Object.assign(this.#sent, { from: restored, upTo: restored, receivedUpTo: restored })
  }

  override open(): void {
    const name = resultChannelName(this.getRuntimeContext().getJobId())
    this.#channel = this.#open(name, (message) => {
      this.#replied(message as ResultReply)
    })
    this.#tellAttempt()
  }

  invoke(value: T): void | Promise<void> {
    this.#serializer.serialize(value, this.#buffer)
    this.#buffered += 1
    return this.#buffer.position >= BUFFER_BYTES ? this.flush() : undefined
  }

  hasUnflushed(): boolean {
    return this.#buffered > 0
  }

  async flush(): Promise<void> {
    await this.#until(() => this.#listener !== 'none' || !this.hasUnflushed())
    this.#send()
    const { upTo } = this.#sent
    await this.#until(() => this.#sent.receivedUpTo >= upTo)
  }

  snapshotState(context: FunctionSnapshotContext): void {
    this.#state?.update([this.#sent.upTo])
    this.#atCheckpoint.set(context.getCheckpointId(), this.#sent.upTo)
  }

  notifyCheckpointComplete(checkpointId: number): void {
    const upTo = this.#atCheckpoint.get(checkpointId)
    for (const earlier of this.#atCheckpoint.keys()) if (earlier <= checkpointId) this.#atCheckpoint.delete(earlier)
    if (upTo !== undefined) this.#post({ type: 'committed', attempt: this.#attempt, upTo })
  }

  override close(): void {
    this.#channel?.close()
  }

  get #attempt(): number {
    return this.getRuntimeContext().getAttemptNumber()
  }

  #tellAttempt(): void {
    this.#post({ type: 'attempt', attempt: this.#attempt, from: this.#sent.from, guarantee: this.#guarantee })
  }

  #send(): void {
    if (this.#buffered === 0) return
    const { upTo: from } = this.#sent
    const count = this.#buffered
    this.#sent.upTo += count
    const bytes = this.#buffer.toBytes()
    this.#buffer.reset()
    this.#buffered = 0
    this.#post({ type: 'results', attempt: this.#attempt, from, count, bytes })
  }

  #post(message: ResultMessage): void {
    this.#channel?.post(message)
  }

  #replied(reply: ResultReply): void {
    switch (reply.type) {
      case 'listening':
        this.#tellAttempt()
        if (this.#listener === 'none') this.#listener = 'listening'
        break
      case 'received':
        if (reply.attempt === this.#attempt) this.#sent.receivedUpTo = reply.upTo
        break
      case 'discard':
        this.#listener = 'gone'
        break
    }
    const done = this.#waiting.filter(({ isDone }) => isDone())
    this.#waiting = this.#waiting.filter((each) => !done.includes(each))
    for (const { resolve } of done) resolve()
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const isDone = (): boolean => this.#listener === 'gone' || condition()
      if (isDone()) resolve()
      else this.#waiting.push({ isDone, resolve })
    })
  }
}
