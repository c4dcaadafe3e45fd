import { FlinkError } from '../../core/errors/flink-error.js'
import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { entryFilter, keyIn, OPERATOR_OPTION } from '../arguments/entry-options.js'
import { argumentError } from '../arguments/parsed-values.js'
import { exitCodeOf, nothingFound, takeLines, whilePrinting } from '../job/print-entries.js'
import { jobNamed, onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'

export const stateGetCommand: CliCommand = {
  name: 'state get',
  sentence:
    'prints what a state of a snapshot holds for a key, each namespace as a line of JSON; of a job first the state that is queryable by that name.',
  usage: '[OPTIONS] <savepoint|checkpoint|Job ID> <state> <key>',
  stopAtOperand: false,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [OPERATOR_OPTION],
  examples: [
    'flink-ts state get /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab count user-17',
    'flink-ts state get cca7bc1061d61cf15238e92312c2fc20 query-name 17',
    `flink-ts state get cca7bc1061d61cf15238e92312c2fc20 count '["a", 1]' --operator counts`,
  ],
  async execute(parsed, context) {
    const [operand, state, key, ...rest] = parsed.operands
    if (operand === undefined) throw argumentError('Missing snapshot. Name a savepoint, a checkpoint, or a job.')
    if (state === undefined) throw argumentError('Missing state. Its name comes after the snapshot.')
    if (key === undefined) throw argumentError('Missing key. It comes after the name of the state.')
    if (rest.length > 0) throw argumentError(`Only one key is looked up: what is ${rest.join(' ')}?`)
    const filter = { ...entryFilter(parsed), states: [state], key: keyIn(key) }
    const jobId = await jobNamed(operand, context)
    const isAsked = jobId !== undefined && filter.operators.length === 0
    if (isAsked) {
      const { getFromJob } = await import('../job/get-from-job.js')
      const asked = { jobId, name: state, keyText: key, key: filter.key }
      try {
        const exitCode = await whilePrinting('asking', context, () => getFromJob(asked, context))
        if (exitCode !== undefined) return exitCode
      } catch (cause) {
        throw new FlinkError('ACTION_FAILED', { text: `Could not ask the job ${operand} for '${state}'.` }, { cause })
      }
    }
    try {
      const selection = { filter, take: takeLines(context) }
      const { found, unreadable } = await whilePrinting('looking', context, async (_, onProgress) => {
        const processor = await stateProcessorOf(context, { onProgress })
        return onSnapshot(jobId ?? operand, context, (snapshot) => processor.export(snapshot, selection))
      })
      const exitCode = exitCodeOf(unreadable, context)
      if (found > 0 || exitCode !== 0) return exitCode
      return nothingFound(`State '${state}'`, filter.key, context)
    } catch (cause) {
      const text = isAsked
        ? `Could not look up the key in job ${operand}: no queryable state '${state}' of it answers, nor does its newest checkpoint.`
        : `Could not look up the key in '${operand}'.`
      throw new FlinkError('ACTION_FAILED', { text }, { cause })
    }
  },
}
