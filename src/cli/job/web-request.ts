import type { ConfigOption } from '../../core/config/config-option.js'
import { Configuration } from '../../core/config/configuration.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { SecurityOptions } from '../../core/config/security-options.js'
import { has, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'
import type { RunRequest } from './run-request.js'

const WEB = 'web'

/** Where to listen is for the process that does, and neither for the program nor for whoever recovers the job. */
const OF_THE_PROCESS: readonly ConfigOption<unknown>[] = [
  RestOptions.PORT,
  RestOptions.BIND_PORT,
  RestOptions.BIND_ADDRESS,
  RestOptions.SERVER_MAX_CONTENT_LENGTH,
  RestOptions.TOKEN_FILE,
]
/** All of Flink's keys of TLS: a file of its may have passwords under some that nothing here reads. */
const OF_TLS = 'security.ssl.'

/**
 * The request with what `--web` asks for, as `configuration` (of files and command line) has it. Passwords of keys are taken
 * out of what the job gets in any case.
 */
export function withWeb(request: RunRequest, parsed: ParsedOptions, configuration: Configuration): RunRequest {
  const isServed = has(parsed, WEB)
  const ofJob = Object.entries(request.configuration).filter(([key]) => !key.startsWith(OF_TLS))
  const job = Configuration.fromEntries(Object.fromEntries(ofJob))
  if (!isServed) return { ...request, configuration: job.toEntries() }
  const web = new Configuration()
  for (const option of OF_THE_PROCESS) job.set(option, undefined)
  for (const option of [...Object.values(SecurityOptions), ...OF_THE_PROCESS, RestOptions.ADDRESS]) {
    copy(option, configuration, web)
  }
  const ports = valueOf(parsed, WEB) ?? ''
  if (ports !== '') web.set(RestOptions.BIND_PORT, ports, '--web')
  return { ...request, configuration: job.toEntries(), web: { configuration: web.toEntries() } }
}

function copy(option: ConfigOption<unknown>, from: Configuration, to: Configuration): void {
  const place = from.placeOf(option)
  if (place !== undefined) to.setString(place.key, from.getString(place.key) ?? '', place.where)
}
