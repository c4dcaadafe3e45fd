import { rowStreamSerializer } from '../../../src/core/types/row-stream-serializer.js'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../src/runtime/protocol/ring-memory.js'
import { RingChannelReader } from '../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import {
  RingChannelWriter,
  type RingChannelWriterOptions,
} from '../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { tinyWaitingSpace } from './tiny-waiting-space.js'
import { channelContract, type ChannelUnderTest } from './channel.contract.js'

const ASLEEP = 1
const ANNOUNCED_BYTES = 300

function ring(slotSizeBytes: number, slotCount: number, options?: RingChannelWriterOptions): ChannelUnderTest {
  const memory = allocateRing(slotSizeBytes, slotCount, ANNOUNCED_BYTES)
  const writerBell = allocateBell()
  return {
    writer: new RingChannelWriter(memory, allocateBell(), rowStreamSerializer(), options),
    reader: new RingChannelReader(memory, writerBell, rowStreamSerializer()),
    letWriterSleep: () => {
      const bell = new Int32Array(writerBell)
      Atomics.store(bell, 0, ASLEEP)
      return () => Atomics.load(bell, 0) !== ASLEEP
    },
  }
}

channelContract('ring of large slots', () => ring(32_768, 16))
channelContract('ring of two small slots', () => ring(1024, 2))
channelContract('ring of three tiny slots', () => ring(64, 3))
channelContract('ring whose waiting elements lie in a file', () => ring(64, 3, { waitingSpace: tinyWaitingSpace() }))
