import { RowCopier } from '../../../src/core/types/row-copier.js'
import { LocalChannel } from '../../../src/runtime/taskmanager/network/local-channel.js'
import { channelContract } from './channel.contract.js'

const ignore = (): void => undefined

channelContract('local channel', () => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }))
