import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { WriteMode } from './write-mode.js'

/** GRAPH_INVALID where plain JavaScript gave something else: it would be taken for leave to overwrite. */
export function checkedWriteMode(method: string, mode: WriteMode): WriteMode {
  const modes: readonly unknown[] = Object.values(WriteMode)
  if (modes.includes(mode)) return mode
  const reason = `the write mode has to be WriteMode.NO_OVERWRITE or WriteMode.OVERWRITE, and it was given ${describeValue(mode)}`
  throw new FlinkError('GRAPH_INVALID', { operator: method, reason })
}
