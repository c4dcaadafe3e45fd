import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RestRequest } from '../../route.js'
import type { JarProgram } from './jar-gateway.js'

const HEX32 = /^[0-9a-fA-F]{32}$/
const CLAIM_MODES: readonly string[] = ['CLAIM', 'NO_CLAIM', 'LEGACY']
/** Flink's: words, and what stands in quotes of either kind. */
const TOKEN = /([^"']\S*|".+?"|'.+?')\s*/g
const CONFUSING = 'Confusing request: programArgs and programArgsList are specified, please, use only programArgsList'

const PARALLELISM = 'parallelism.default'
const SNAPSHOT = 'execution.state-recovery.path'
const SKIP_STATE = 'execution.state-recovery.ignore-unclaimed-state'
const CLAIM_MODE = 'execution.state-recovery.claim-mode'

/**
 * How a request wants an uploaded program to be run. A field of the body counts for more than a parameter of the query; the dashboard
 * sends them all, and means none with null and an empty text. CONTROL_REQUEST_INVALID
 */
export function jarProgramOf(request: RestRequest, purpose: 'run' | 'plan'): JarProgram {
  const parallelism = textIn(request, 'parallelism', 'parallelism')
  if (parallelism !== undefined && !/^\+?[1-9]\d{0,9}$/.test(parallelism)) {
    throw invalid('parallelism', 'a positive number')
  }
  const jobId = textIn(request, 'jobId', 'jobid')
  if (jobId !== undefined && !HEX32.test(jobId)) throw invalid('jobId', '32 hexadecimal digits')
  return {
    entry: textIn(request, 'entryClass', 'entry-class'),
    args: argsIn(request),
    configuration: {
      ...configurationIn(request),
      ...(parallelism !== undefined && { [PARALLELISM]: parallelism.replace('+', '') }),
      ...(purpose === 'run' && snapshotIn(request)),
    },
    jobId: jobId?.toLowerCase(),
  }
}

function snapshotIn(request: RestRequest): Readonly<Record<string, string>> {
  const path = textIn(request, 'savepointPath', 'savepointPath')
  const skips = textIn(request, 'allowNonRestoredState', 'allowNonRestoredState')
  if (skips !== undefined && !/^(?:true|false)$/i.test(skips)) throw invalid('allowNonRestoredState', 'true or false')
  const mode = (
    textIn(request, 'claimMode', 'claimMode') ?? textIn(request, 'restoreMode', 'restoreMode')
  )?.toUpperCase()
  if (mode !== undefined && !CLAIM_MODES.includes(mode)) throw invalid('claimMode', `one of ${CLAIM_MODES.join(', ')}`)
  return {
    ...(path !== undefined && { [SNAPSHOT]: path }),
    ...(skips !== undefined && { [SKIP_STATE]: skips.toLowerCase() }),
    ...(mode !== undefined && { [CLAIM_MODE]: mode }),
  }
}

function argsIn(request: RestRequest): string[] {
  const list: unknown = request.body['programArgsList']
  const text = textIn(request, 'programArgs', 'program-args')
  const listed = Array.isArray(list) && list.length > 0 ? list.map(argumentOf) : commaList(request.query['programArg'])
  if (list !== undefined && list !== null && !Array.isArray(list)) throw invalid('programArgsList', 'a list of texts')
  if (text !== undefined && listed.length > 0) throw new FlinkError('CONTROL_REQUEST_INVALID', { reason: CONFUSING })
  return text === undefined ? listed : tokensOf(text)
}

function argumentOf(value: unknown): string {
  if (typeof value !== 'string') throw invalid('programArgsList', 'a list of texts')
  return value
}

function commaList(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(',')
}

function tokensOf(text: string): string[] {
  return [...text.matchAll(TOKEN)].map(([token]) => token.trim().replaceAll(/["']/g, ''))
}

function configurationIn({ body }: RestRequest): Record<string, string> {
  const { flinkConfiguration: given = null } = body
  if (given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given)) throw invalid('flinkConfiguration', 'an object of texts')
  const entries = Object.entries(given).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw invalid('flinkConfiguration', 'an object of texts')
      return [key, String(value)]
    }),
  )
}

/** Numbers and truth values count as the texts that they are elsewhere. */
function textIn({ body, query }: RestRequest, field: string, parameter: string): string | undefined {
  const value = body[field] ?? ''
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw invalid(field, 'a text')
  const text = String(value)
  if (text !== '') return text
  const asked = query[parameter] ?? ''
  return asked === '' ? undefined : asked
}

function invalid(field: string, expected: string): FlinkError {
  const reason = `Request did not match expected format JarRunRequestBody: field "${field}" must be ${expected}.`
  return new FlinkError('CONTROL_REQUEST_INVALID', { reason })
}
