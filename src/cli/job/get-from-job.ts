import { FlinkError } from '../../core/errors/flink-error.js'
import type { StateAnswer } from '../../client/named-state.js'
import { QueryableStateClient } from '../../client/queryable-state-client.js'
import { JsonForm } from '../../state-processor/json-form.js'
import { ShownClasses } from '../../state-processor/shown-classes.js'
import type { CliContext } from '../arguments/cli-context.js'
import { runDirectoryOf } from './rest-cluster-client-of.js'
import { nothingFound, takeLines } from './print-entries.js'

export interface AskedEntry {
  readonly jobId: string
  /** The queryable name of the state. */
  readonly name: string
  /** As it was typed, and as the JSON that it is read as. */
  readonly keyText: string
  readonly key: unknown
}

/**
 * Prints what a queryable state of a job has under a key; the exit code. Undefined where the job has no queryable state of that
 * name, or left nothing that could answer: then its checkpoints may be looked into.
 */
export async function getFromJob(asked: AskedEntry, context: CliContext): Promise<number | undefined> {
  const { jobId, name } = asked
  const form = new JsonForm(new ShownClasses())
  const state = new QueryableStateClient(runDirectoryOf(context).path).state<unknown>(name, { jobId })
  let refusal: FlinkError | undefined
  let isKnown = false
  for (const key of keysMeant(asked, form)) {
    try {
      const answer = await state.read(key)
      isKnown = true
      if (answer.value === null) continue
      takeLines(context)(`${lineOf(name, key, answer, form)}\n`)
      return 0
    } catch (error) {
      if (isUnknown(error)) return undefined
      // Of another type than the keys of the state.
      if (!FlinkError.is(error, 'STATE_QUERY_INVALID')) throw error
      refusal = error
    }
  }
  if (!isKnown && refusal !== undefined) throw refusal
  return nothingFound(`The queryable state '${name}'`, asked.key, context)
}

/** A key that is typed as a number may be the text: what the state has under one of them is meant. */
function keysMeant({ key, keyText }: AskedEntry, form: JsonForm): unknown[] {
  const read = form.read(key)
  if (typeof read === 'number' && /^-?\d+$/.test(keyText)) return [read, keyText, BigInt(keyText)]
  return typeof read === 'object' || typeof read === 'string' || typeof read === 'bigint' ? [read] : [read, keyText]
}

function isUnknown(error: unknown): boolean {
  const codes = ['QUERYABLE_STATE_UNKNOWN', 'JOB_NOT_FOUND', 'STATE_NOT_AVAILABLE'] as const
  return codes.some((code) => FlinkError.is(error, code))
}

function lineOf(name: string, key: unknown, answer: StateAnswer<unknown>, form: JsonForm): string {
  const { value } = answer
  const fields = `"state":${JSON.stringify(name)},"key":${form.write(key)},"value":${form.write(value)}`
  if (answer.source === 'job') return `{${fields},"source":"job"}`
  const { checkpointId, timestamp } = answer
  return `{${fields},"source":"checkpoint","checkpointId":${String(checkpointId)},"timestamp":${String(timestamp)}}`
}
