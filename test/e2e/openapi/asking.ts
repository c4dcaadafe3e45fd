/** How an operation of Flink's OpenAPI file is asked for, and its answer looked at. */
import assert from 'node:assert/strict'
import { mistakesOf, type Operation } from './openapi-file.js'
import type { Asked } from './requests.js'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export type Ask = (method: string, url: string, body?: object) => Promise<Answer>

/** What the parameters of a path are to be. */
export type Parameters = Readonly<Record<string, string>>

/** Of the last vertex, of which an attempt has failed. */
export async function parametersOf(ask: Ask, jobId: string): Promise<Parameters> {
  const { vertices } = (await ask('GET', `/jobs/${jobId}`)).body as { vertices: { id: string }[] }
  const vertexId = vertices.at(-1)?.id ?? ''
  return {
    ...{ jobid: jobId, vertexid: vertexId, subtaskindex: '0', attempt: '0', triggerid: 'e'.repeat(32) },
    ...{
      checkpointid: await newestCheckpointOf(ask, jobId),
      taskmanagerid: 'here:1-aaaaaa',
      operatorid: 'f'.repeat(32),
    },
  }
}

async function newestCheckpointOf(ask: Ask, jobId: string): Promise<string> {
  const { history } = (await ask('GET', `/jobs/${jobId}/checkpoints`)).body as {
    history: { id: number; status: string }[]
  }
  return String(history.find(({ status }) => status === 'COMPLETED')?.id ?? 1)
}

/**
 * As `askFor`, of a job that goes on: what is told of a checkpoint is forgotten after ten more, which on a machine that has much to do
 * may come before the request. Then it is asked about the newest, as long as the one that was asked about is not there any more.
 */
export async function askOfRunning(
  ask: Ask,
  operation: Operation,
  asked: Asked,
  parameters: Parameters,
): Promise<Answer> {
  const jobId = parameters['jobid'] ?? ''
  let answer = await askFor(ask, operation, asked, parameters)
  let checkpointid = parameters['checkpointid']
  while (operation.path.includes('{checkpointid}') && answer.status === 404) {
    const newest = await newestCheckpointOf(ask, jobId)
    if (newest === checkpointid) return answer
    checkpointid = newest
    answer = await askFor(ask, operation, asked, { ...parameters, checkpointid })
  }
  return answer
}

export function askFor(
  ask: Ask,
  { method, path: place }: Operation,
  asked: Asked,
  parameters: Parameters,
): Promise<Answer> {
  const url = place.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''))
  return ask(method, url + (asked.query ?? ''), method === 'GET' ? undefined : asked.body)
}

export function checkAnswer(operation: Operation, refused: Asked['refused'], { status, body }: Answer): void {
  const text = JSON.stringify(body)
  if (refused !== undefined) {
    assert.equal(status, refused.status, text)
    assert.match(text, refused.text)
    assert.deepEqual(Object.keys(body as object), ['errors'])
    return
  }
  assert.equal(status, operation.status, text)
  const { responseSchema } = operation
  const mistakes = responseSchema === undefined ? [] : mistakesOf(responseSchema, body)
  if (responseSchema === undefined) assert.deepEqual(body, {})
  assert.deepEqual(mistakes, [], text.slice(0, 2000))
}
