// Duty: the ends of channels for the tasks of one worker and one attempt.
// Invariants: both ends of a local channel ask under the same key and get the two halves of one queue.
// Thread: the task worker.
import { rowStreamSerializer } from '../../../core/types/row-stream-serializer.js'
import type { ChannelDescriptor } from '../../protocol/task-deployment.js'
import type { ChannelReader, ChannelWriter } from '../network/channel.js'
import { LocalChannel } from '../network/local-channel.js'
import { RingChannelReader } from '../network/ring-channel-reader.js'
import { RingChannelWriter } from '../network/ring-channel-writer.js'

export class ChannelConnector {
  readonly #wake: () => void
  readonly #locals = new Map<string, LocalChannel>()

  constructor(wake: () => void) {
    this.#wake = wake
  }

  writer(descriptor: ChannelDescriptor): ChannelWriter {
    if (descriptor.kind === 'local') return this.#local(descriptor.key).writer
    return new RingChannelWriter(descriptor.memory, descriptor.peerBell, rowStreamSerializer())
  }

  reader(descriptor: ChannelDescriptor): ChannelReader {
    if (descriptor.kind === 'local') return this.#local(descriptor.key).reader
    return new RingChannelReader(descriptor.memory, descriptor.peerBell, rowStreamSerializer())
  }

  #local(key: string): LocalChannel {
    let channel = this.#locals.get(key)
    if (channel === undefined) {
      channel = new LocalChannel(this.#wake, this.#wake)
      this.#locals.set(key, channel)
    }
    return channel
  }
}
