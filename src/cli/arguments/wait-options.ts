import { ClientOptions } from '../../core/config/client-options.js'
import { parseDuration } from '../../core/config/value-parsers.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { CliContext } from './cli-context.js'
import type { CliOption } from './cli-option.js'
import { argumentError, valueOf, type ParsedOptions } from './parsed-values.js'

const TIMEOUT = 'timeout'

export const TIMEOUT_OPTION: CliOption = {
  long: TIMEOUT,
  value: 'required',
  valueName: 'duration',
  description:
    'Longest wait, as 30s or "5 min"; without it that of client.timeout (1 min). After it the job goes on with what it was told.',
}

/** `--timeout` is one more place where client.timeout is set, and the one that counts most. CLI_ARGUMENT_INVALID. */
export function withTimeout(parsed: ParsedOptions, context: CliContext): CliContext {
  const text = valueOf(parsed, TIMEOUT)
  if (text === undefined) return context
  const configuration = context.configuration.clone()
  configuration.set(ClientOptions.CLIENT_TIMEOUT, durationIn(text), `--${TIMEOUT}`)
  return { ...context, configuration }
}

function durationIn(text: string): number {
  let ms: number
  try {
    ms = parseDuration(text)
  } catch (error) {
    throw argumentError(`--${TIMEOUT} ${text} is no duration: ${messageOf(error)}`)
  }
  if (ms > 0) return ms
  throw argumentError(`--${TIMEOUT} ${text} is no time in which anything could come.`)
}
