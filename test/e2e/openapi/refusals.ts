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
  /** What is in the answer here. */
  readonly says: RegExp
  readonly why: string
}

const NO_TASK_MANAGER = /Could not find TaskExecutor nope\. Each running job has one/
const NOT_RESCALED = /The DefaultScheduler does not support changing the parallelism/
const NO_STRING = /Request did not match expected format: field \\"\S+\\" must be a string\./
const HAS_ENDED = /is FINISHED: this needs a running job\./
const NO_JAR = /File nope\.jar does not exist in |Request did not match expected format JarRunRequestBody: field /
const NOT_FOUND = /Could not find Flink job \(\w+\)/

/** Where this engine answers otherwise, and why. The first that fits counts; without `statuses` only the words differ. */
const DIFFERENCES: readonly Difference[] = [
  {
    of: /^GET \/taskmanagers\/nope(\/thread-dump)? /,
    statuses: [500, 404],
    says: NO_TASK_MANAGER,
    why: 'there is none of that id',
  },
  {
    of: /^GET \/taskmanagers\/<T>\/logs\/nope /,
    statuses: [500, 404],
    says: /"This file does not exist in TaskExecutor log dir\. GET \/taskmanagers\/\S+\/logs lists/,
    why: 'there is no such file',
  },
  {
    of: /^POST \/jars\/nope\.jar\/run\?parallelism=x/,
    says: /Request did not match expected format JarRunRequestBody: field \\"parallelism\\"/,
    why: 'parameters and fields are read together',
  },
  {
    of: /^(GET|POST) \/jars\/nope\.jar\//,
    statuses: [500, 400],
    says: NO_JAR,
    why: 'Flink has that status and loses it on its way',
  },
  {
    of: /^DELETE \/datasets\/e/,
    statuses: [202, 404],
    says: /There is no cluster data set e{32}: /,
    why: 'refused at once, and not by what comes of it',
  },
  {
    of: /^DELETE \/jars\/\.\.%2fx /,
    statuses: [404, 400],
    says: /File \.\.\/x does not exist in /,
    why: 'it is no file of this cluster, whatever it is called',
  },
  {
    of: /^GET \/jobs\/<[RF]>\/resource-requirements /,
    statuses: [500, 200],
    says: /^\{"\w{32}":\{"parallelism":\{"lowerBound":\d+,"upperBound":\d+\}\}/,
    why: 'how many subtasks there are is known',
  },
  {
    of: /^GET \/jobs\/<[RF]>\/exceptions\?maxExceptions=-1 /,
    statuses: [500, 200],
    says: /"exceptionHistory":\{"entries":\[\]/,
    why: 'fewer than none are none',
  },
  { of: /"target-?[dD]irectory":1/, statuses: [202, 400], says: NO_STRING, why: 'a number is no path' },
  { of: /"savepoint-path":1/, statuses: [200, 400], says: NO_STRING, why: 'a number is no path' },
  {
    of: /"target-directory":"rel"/,
    statuses: [202, 400],
    says: /'rel' cannot be used as a path: field \\"target-directory\\" must be an absolute path/,
    why: 'it would lie wherever the job happens to run',
  },
  { of: /"checkpointType":1/, statuses: [202, 400], says: NO_STRING, why: 'a number is no type' },
  {
    of: /"expiredTimestamp":1\.5/,
    statuses: [202, 400],
    says: /field \\"expiredTimestamp\\" must be a whole number\./,
    why: 'a time is a whole number',
  },
  {
    of: /^PUT \/jobs\/<R>\/resource-requirements \{"e.*:1/,
    statuses: [400, 500],
    says: NOT_RESCALED,
    why: 'refused whatever the vertices are',
  },
  {
    of: /^PUT \/jobs\/<R>\/resource-requirements \{"<V>/,
    statuses: [409, 500],
    says: NOT_RESCALED,
    why: 'the same',
  },
  { of: /^PUT \/jobs\/<F>\/resource-requirements /, says: NOT_RESCALED, why: 'refused whatever the job is' },
  {
    of: /^POST \/jobs\/<R>\/coordinators\/e/,
    statuses: [500, 400],
    says: /it carries Java objects, and the coordinators of this job are none of Java\./,
    why: 'objects of Java mean nothing here',
  },
  { of: /^POST \/jobs\/<F>\/coordinators\/e/, statuses: [500, 409], says: HAS_ENDED, why: 'it has ended' },
  { of: /^POST \/jobs\/<F>\/coordinators\/x/, statuses: [400, 409], says: HAS_ENDED, why: 'it has ended' },
  {
    of: /^GET \/jobs\/<U>\/jobmanager\/(config|environment) /,
    statuses: [200, 404],
    says: NOT_FOUND,
    why: 'they are those of the process of a job',
  },
  {
    of: /^GET \/v1\/nothing /,
    says: /"Unable to load requested file \/nothing\."/,
    why: 'the version is no part of the path',
  },
  { of: /\/attempts\/-1 /, says: /Attempt -1 not found in subtask .+ \(1\/\d\)/, why: 'it says of which subtask' },
  {
    of: /\/vertices\/e{32}(\/taskmanagers)? /,
    says: /No vertex with ID 'e{32}' exists\./,
    why: 'the same words everywhere',
  },
  { of: /^GET \/jobs\/<U>\/execution-result /, says: NOT_FOUND, why: 'the same words everywhere' },
  { of: /^GET \/taskmanagers\/nope\//, says: NO_TASK_MANAGER, why: 'the same words everywhere' },
  {
    of: /\.\.%2f/,
    says: /"This file does not exist in (TaskExecutor|JobManager) log dir\./,
    why: 'it is asked as any other file',
  },
  {
    of: /^GET \/(datasets\/delete|savepoint-disposal)\//,
    says: /RestHandlerException: Operation not found under key: e{32}"/,
    why: 'Flink names an object of Java',
  },
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

/** Differences of which nothing was recorded. */
export function needlessDifferences(requests: readonly RecordedRequest[]): RegExp[] {
  const needed = new Set(requests.map((request) => differenceOf(request)))
  return DIFFERENCES.filter((difference) => !needed.has(difference)).map(({ of }) => of)
}

/** What is wrong with an answer; undefined where it is as recorded, or differs as it is meant to. */
export function mistakeIn(
  recorded: RecordedRequest,
  answer: { readonly status: number; readonly text: string },
  places: Places,
): string | undefined {
  const { status } = recorded
  const difference = differenceOf(recorded)
  const expected = difference?.statuses?.[0] === status ? difference.statuses[1] : status
  const wanted = filledIn(recorded.error ?? 'an answer', places)
  const isRight = expected === status && saysAsRecorded(recorded.error, answer.text, wanted)
  if (answer.status === expected && (isRight || difference?.says.test(answer.text) === true)) return undefined
  const meant = `${String(expected)} ${String(difference?.says ?? wanted)}`
  return `${textOf(recorded)}: ${String(answer.status)} ${answer.text} and not ${meant}`
}

function textOf({ method, place, body = '' }: RecordedRequest): string {
  return `${method} ${place} ${body}`
}

function differenceOf(recorded: RecordedRequest): Difference | undefined {
  return DIFFERENCES.find(({ of }) => of.test(textOf(recorded)))
}

function saysAsRecorded(error: string | undefined, text: string, wanted: string): boolean {
  if (error === undefined) return true
  const said = errorIn(text)
  return said.startsWith(wanted) || (UNEXPECTED.test(error) && UNEXPECTED.test(said))
}

/** The first line that says something. */
function errorIn(text: string): string {
  const { errors = [] } = JSON.parse(text) as { errors?: string[] }
  const [first = ''] = (errors.at(-1) ?? '').replace('<Exception on server side:\n', '').split('\n')
  return first.replace(/ \/\S+\/session\/jars/, ' <JARS>')
}
