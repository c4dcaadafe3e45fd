import { ReasonError } from '../errors/reason-error.js'
import { DataInputView } from '../memory/data-input-view.js'
import { DataOutputView } from '../memory/data-output-view.js'
import type { CommitRecoverable, RecoverableSerializer } from './recoverable-writer.js'

const VERSION = 2
/** Without what a writer says beyond its paths. */
const VERSION_OF_PATHS = 1

/**
 * The bytes of the recoverables of every writer: a sink writes its state before it knows to which file system it writes. What a writer
 * says of a file beyond its paths, such as an upload and its parts, is plain data, and kept as JSON.
 */
export const recoverables: RecoverableSerializer = {
  getVersion: () => VERSION,
  serialize: ({ targetPath, temporaryPath, offset, ...others }) => {
    const output = new DataOutputView()
    output.writeUtf8(targetPath)
    output.writeUtf8(temporaryPath)
    output.writeFloat64(offset)
    output.writeUtf8(Object.keys(others).length === 0 ? '' : JSON.stringify(others))
    return output.toBytes()
  },
  deserialize: (version, bytes) => {
    if (version !== VERSION && version !== VERSION_OF_PATHS) {
      throw new ReasonError(`files of version ${String(version)} are not known`)
    }
    const input = new DataInputView(bytes)
    const paths = { targetPath: input.readUtf8(), temporaryPath: input.readUtf8(), offset: input.readFloat64() }
    const others = version === VERSION_OF_PATHS ? '' : input.readUtf8()
    return others === '' ? paths : { ...(JSON.parse(others) as Partial<CommitRecoverable>), ...paths }
  },
}
