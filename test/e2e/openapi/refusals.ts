/**
 * What a cluster of Apache Flink 1.20.3 answered to requests that mean nothing, or nothing that is there, was recorded
 * (`test/fixtures/flink/refusals-1.20.3.txt`): a session answers with the same status, the same class of exception and the same words.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { REPOSITORY } from '../command-line.js'

/** `<R>` a job that runs and takes checkpoints, `<V>` a vertex of it, `<F>` and `<W>` of one that has finished, `<U>` no job, `<T>` a task manager. */
export type Places = Readonly<Record<'R' | 'V' | 'F' | 'W' | 'U' | 'T', string>>

export interface RecordedRequest {
  readonly method: string
  readonly place: string
  readonly body: string | undefined
  readonly status: number
  /** First line of the error; undefined where Flink has answered. */
  readonly error: string | undefined
}

interface Difference {
  readonly of: RegExp
  readonly statuses?: readonly [flink: number, here: number]
  readonly why: string
}

/** Where this engine answers otherwise, and why. The first that fits counts; without `statuses` only the words differ. */
const DIFFERENCES: readonly Difference[] = [
  { of: /^GET \/taskmanagers\/nope(\/thread-dump)? /, statuses: [500, 404], why: 'there is none of that id' },
  { of: /^GET \/taskmanagers\/<T>\/logs\/nope /, statuses: [500, 404], why: 'there is no such file' },
  { of: /^(GET|POST) \/jars\/nope\.jar\//, statuses: [500, 400], why: 'Flink has that status and loses it on its way' },
  { of: /^DELETE \/datasets\/e/, statuses: [202, 404], why: 'refused at once, and not by what comes of it' },
  {
    of: /^DELETE \/jars\/\.\.%2fx /,
    statuses: [404, 400],
    why: 'it is no file of this cluster, whatever it is called',
  },
  {
    of: /^GET \/jobs\/<[RF]>\/resource-requirements /,
    statuses: [500, 200],
    why: 'how many subtasks there are is known',
  },
  { of: /maxExceptions=-1 /, statuses: [500, 200], why: 'fewer than none are none' },
  { of: /"target-?[dD]irectory":1/, statuses: [202, 400], why: 'a number is no path' },
  { of: /"savepoint-path":1/, statuses: [200, 400], why: 'a number is no path' },
  { of: /"target-directory":"rel"/, statuses: [202, 400], why: 'it would lie wherever the job happens to run' },
  { of: /"checkpointType":1/, statuses: [202, 400], why: 'a number is no type' },
  { of: /"expiredTimestamp":1\.5/, statuses: [202, 400], why: 'a time is a whole number' },
  {
    of: /^PUT \/jobs\/<R>\/resource-requirements \{"e.*:1/,
    statuses: [400, 500],
    why: 'refused whatever the vertices are',
  },
  { of: /^PUT \/jobs\/<R>\/resource-requirements \{"<V>/, statuses: [409, 500], why: 'the same' },
  { of: /^POST \/jobs\/<R>\/coordinators\/e/, statuses: [500, 400], why: 'objects of Java mean nothing here' },
  { of: /^POST \/jobs\/<F>\/coordinators\/e/, statuses: [500, 409], why: 'it has ended' },
  { of: /^POST \/jobs\/<F>\/coordinators\/x/, statuses: [400, 409], why: 'it has ended' },
  {
    of: /^GET \/jobs\/<U>\/jobmanager\/(config|environment) /,
    statuses: [200, 404],
    why: 'they are those of the process of a job',
  },
  { of: /^GET \/v1\/nothing /, why: 'the version is no part of the path' },
  { of: /\/attempts\/-1 /, why: 'it says of which subtask' },
  { of: /\/vertices\/e{32}(\/taskmanagers)? /, why: 'the same words everywhere' },
  { of: /^GET \/jobs\/<U>\/execution-result /, why: 'the same words everywhere' },
  { of: /^GET \/taskmanagers\/nope\//, why: 'the same words everywhere' },
  { of: /\.\.%2f/, why: 'it is asked as any other file' },
  { of: /^GET \/(datasets\/delete|savepoint-disposal)\//, why: 'Flink names an object of Java' },
  { of: /^POST \/jars\/nope\.jar\/run\?parallelism=x/, why: 'parameters and fields are read together' },
  { of: /^PUT \/jobs\/<F>\/resource-requirements /, why: 'refused whatever the job is' },
]
const UNEXPECTED = /Request did not (?:match|conform to) expected format/

export function recordedRequests(): RecordedRequest[] {
  const text = readFileSync(path.join(REPOSITORY, 'test/fixtures/flink/refusals-1.20.3.txt'), 'utf8')
  return [...text.matchAll(/^([A-Z]+) (\S+)(?: (.*))?\n {2}(\d+)(?: (.*))?$/gm)].map((match) => {
    const [, method = '', place = '', body, status, error] = match
    return { method, place, body, status: Number(status), error }
  })
}

export function filledIn(text: string, places: Places): string {
  return text.replaceAll(/<([RVFWUT])>/g, (_, name: keyof Places) => places[name])
}

/** What is wrong with an answer; undefined where it is as recorded, or differs as it is meant to. */
export function mistakeIn(
  { method, place, body, status, error }: RecordedRequest,
  answer: { readonly status: number; readonly text: string },
  places: Places,
): string | undefined {
  const request = `${method} ${place} ${body ?? ''}`
  const { statuses, why } = DIFFERENCES.find(({ of }) => of.test(request)) ?? {}
  const expected = statuses?.[0] === status ? statuses[1] : status
  if (answer.status !== expected)
    return `${request}: ${String(answer.status)} and not ${String(expected)}: ${answer.text}`
  if (error === undefined || why !== undefined) return undefined
  const said = errorIn(answer.text)
  if (UNEXPECTED.test(error) && UNEXPECTED.test(said)) return undefined
  const wanted = filledIn(error, places)
  return said.startsWith(wanted) ? undefined : `${request}: "${said}" and not "${wanted}"`
}

/** The first line that says something. */
function errorIn(text: string): string {
  const { errors = [] } = JSON.parse(text) as { errors?: string[] }
  const [first = ''] = (errors.at(-1) ?? '').replace('<Exception on server side:\n', '').split('\n')
  return first.replace(/ \/\S+\/session\/jars/, ' <JARS>')
}
