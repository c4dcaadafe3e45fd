import { RowCopier } from '../../../src/core/types/row-copier.js'
import { LocalChannel } from '../../../src/runtime/taskmanager/network/local-channel.js'
import { channelContract } from './channel.contract.js'

channelContract('local channel', () => {
  let wokenCount = 0
  const onRoom = (): void => {
    wokenCount += 1
  }
  const { writer, reader } = new LocalChannel({ onData: () => undefined, onRoom, copier: new RowCopier() })
  return {
    writer,
    reader,
    letWriterSleep: () => {
      const before = wokenCount
      return () => wokenCount > before
    },
  }
})
