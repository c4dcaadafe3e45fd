import { ValueFormatError } from '../../core/config/value-format-error.js'
import { parseDuration } from '../../core/config/value-parsers.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { HadoopConfiguration } from './hadoop-configuration.js'

const KEY = 'dfs.webhdfs.socket.read-timeout'

/** After as long a silence a connection counts as broken, in ms: what hdfs-site.xml says, else undefined. 0 is for ever, as in Hadoop. */
export function readTimeoutMs(hadoop: HadoopConfiguration): number | undefined {
  const found = hadoop.find(KEY)
  if (found === undefined || found.value === '') return undefined
  try {
    return parseDuration(found.value)
  } catch (error) {
    if (!(error instanceof ValueFormatError)) throw error
    const details = { value: found.value, key: KEY, reason: error.message, where: found.file }
    throw new FlinkError('CONFIG_VALUE_INVALID', details, { cause: error })
  }
}
