import type { Configuration } from '../../core/config/configuration.js'
import { KafkaOptions } from '../../core/config/kafka-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliOption } from './cli-option.js'
import { valueOf, type ParsedOptions } from './parsed-values.js'

const LONG = 'on-missing-offset'
/** As commander names its value. */
export const MISSING_OFFSET = 'onMissingOffset'
const POLICIES = ['fail', 'earliest', 'latest'] as const

export const MISSING_OFFSET_OPTION: CliOption = {
  long: LONG,
  value: 'required',
  valueName: POLICIES.join('|'),
  description:
    'What a source of Kafka does where the broker has removed the offset that it goes on from: fail (default) - the job stops; earliest - it goes on with the oldest record that is there; latest - with those that come from now on.',
}

/** The flag takes the place of what is configured. */
export function applyMissingOffset(parsed: ParsedOptions, configuration: Configuration): void {
  const given = valueOf(parsed, MISSING_OFFSET)
  if (given === undefined) return
  const policy = POLICIES.find((candidate) => candidate === given.toLowerCase())
  if (policy === undefined) {
    throw new FlinkError('CLI_VALUE_UNKNOWN', { type: LONG, values: POLICIES.join(', '), given })
  }
  configuration.set(KafkaOptions.ON_MISSING_OFFSET, policy, `--${LONG}`)
}
