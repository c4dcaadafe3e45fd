import { RowCopier } from '../../../src/core/types/row-copier.js'
import { LocalChannel, type LocalChannelOptions } from '../../../src/runtime/taskmanager/network/local-channel.js'
import { channelContract, type ChannelUnderTest } from './channel.contract.js'
import { tinyWaitingSpace } from './tiny-waiting-space.js'

function local(options: Partial<LocalChannelOptions> = {}): ChannelUnderTest {
  let wokenCount = 0
  const onRoom = (): void => {
    wokenCount += 1
  }
  const { writer, reader } = new LocalChannel({
    onData: () => undefined,
    onRoom,
    copier: new RowCopier(),
    ...options,
  })
  return {
    writer,
    reader,
    letWriterSleep: () => {
      const before = wokenCount
      return () => wokenCount > before
    },
  }
}

const SMALL = { batchRecords: 3, batches: 2 }

channelContract('local channel', local)
channelContract('local channel that holds little', () => local({ capacity: SMALL }))
channelContract('local channel whose waiting elements lie in a file', () =>
  local({ capacity: SMALL, waitingSpace: tinyWaitingSpace() }),
)
