import type { Configuration } from '../../core/config/configuration.js'
import { S3Options } from '../../core/config/s3-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { PathEntropy } from '../../core/fs/path-entropy.js'
import { SystemRandom } from '../../core/random/system-random.js'

/** As in Flink: they mean something in a URI, or are none of its characters. */
const INVALID = /[~#@*+%{}<>[\]|"\\]/

/** By `s3.entropy.key`; undefined without one. CONFIG_VALUE_INVALID for characters that Flink does not take. */
export function s3EntropyOf(configuration: Configuration): PathEntropy | undefined {
  const value = configuration.get(S3Options.ENTROPY_KEY)
  if (value === undefined || value === '') return undefined
  if (!INVALID.test(value))
    return new PathEntropy(value, configuration.get(S3Options.ENTROPY_LENGTH), new SystemRandom())
  const { key, where } = configuration.placeOf(S3Options.ENTROPY_KEY) ?? { key: S3Options.ENTROPY_KEY.key, where: '' }
  const reason = 'it may not have any of ~ # @ * + % { } < > [ ] | " \\'
  throw new FlinkError('CONFIG_VALUE_INVALID', { key, value, where, reason })
}
