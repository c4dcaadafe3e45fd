import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import type { RestRequest } from './route.js'

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/
const HEX32 = /^[0-9a-fA-F]{32}$/

/** The job id of the path, lower case; a malformed one is the client's error. */
export function jobIdOf(request: RestRequest): string {
  return hexParameter(request, 'jobid')
}

/** The vertex id of the path, lower case. */
export function vertexIdOf(request: RestRequest): string {
  return hexParameter(request, 'vertexid')
}

export function dataSetIdOf(request: RestRequest): string {
  return hexParameter(request, 'datasetid')
}

/** Of an operator of the job's plan. */
export function operatorIdOf(request: RestRequest): string {
  return hexParameter(request, 'operatorid')
}

/** The id of an operation in the path, as it was given to `trigger`. */
export function askedTriggerIdOf(request: RestRequest): string {
  return hexParameter(request, 'triggerid')
}

export function subtaskIndexOf(request: RestRequest): number {
  const text = request.params['subtaskindex'] ?? ''
  if (!/^\d{1,9}$/.test(text)) throw unresolvable('path', 'subtaskindex', text)
  return Number(text)
}

/** The number of an attempt in the path. */
export function attemptOf(request: RestRequest): number {
  const text = request.params['attempt'] ?? ''
  if (!/^[+-]?\d{1,9}$/.test(text)) throw unresolvable('path', 'attempt', text)
  return Number(text)
}

/** The id of a checkpoint in the path. */
export function checkpointIdOf(request: RestRequest): number {
  const text = request.params['checkpointid'] ?? ''
  const id = Number(text)
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(id)) throw unresolvable('path', 'checkpointid', text)
  return id
}

/** The parts of a query parameter that is a comma list; none where it is absent. */
export function listOf(request: Pick<RestRequest, 'query'>, name: string): readonly string[] {
  const parts = (request.query[name] ?? '').split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

/** A parameter of the path or the query that means nothing: the client's error. */
export function unresolvable(kind: 'path' | 'query', name: string, value: string): FlinkError {
  const what = `Cannot resolve ${kind} parameter (${name}) from value "${value}".`
  return new FlinkError('CONTROL_REQUEST_INVALID', { reason: `Bad request, could not parse parameters: ${what}` })
}

function hexParameter(request: RestRequest, name: string): string {
  const text = request.params[name] ?? ''
  if (!HEX32.test(text)) throw unresolvable('path', name, text)
  return text.toLowerCase()
}

/** A text field of the body; null and absent are the same. */
export function optionalText(request: RestRequest, field: string): string | undefined {
  const value = request.body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw mismatch(field, 'a string')
  return value
}

/** A text field that names a place. A relative one would be taken from the directory in which the job happens to run. */
export function optionalPath(request: RestRequest, field: string): string | undefined {
  const text = optionalText(request, field)
  if (text === undefined || path.isAbsolute(text) || SCHEME.test(text)) return text
  const reason = `field "${field}" must be an absolute path, as the job runs in a directory of its own`
  throw new FlinkError('PATH_INVALID', { path: text, reason })
}

export function optionalFlag(request: RestRequest, field: string): boolean {
  const value = request.body[field]
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw mismatch(field, 'true or false')
  return value
}

/** Flink's formats of snapshots. Here there is one form for both. */
export function checkFormatType(request: RestRequest): void {
  const format = optionalText(request, 'formatType')
  if (format !== undefined && format !== 'CANONICAL' && format !== 'NATIVE') {
    throw mismatch('formatType', 'CANONICAL or NATIVE')
  }
}

/** A whole number that has to be there. */
export function requiredInteger(request: RestRequest, field: string): number {
  const value = request.body[field]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw mismatch(field, 'a whole number')
  return value
}

/** The id that the client proposes for its operation. */
export function triggerIdOf(request: RestRequest): string | undefined {
  const id = optionalText(request, 'triggerId')
  if (id !== undefined && !HEX32.test(id)) throw mismatch('triggerId', '32 hexadecimal digits')
  return id?.toLowerCase()
}

function mismatch(field: string, expected: string): FlinkError {
  const reason = `Request did not match expected format: field "${field}" must be ${expected}.`
  return new FlinkError('CONTROL_REQUEST_INVALID', { reason })
}
