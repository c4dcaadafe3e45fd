import type { CliCommand } from '../arguments/cli-command.js'
import { COMMON_OPTIONS } from '../arguments/common-options.js'
import { argumentError, has } from '../arguments/parsed-values.js'
import type { CompletedAction } from '../completion/completion-table.js'
import { runDirectoryOf } from '../job/rest-cluster-client-of.js'

type Shell = (actions: readonly CompletedAction[]) => string

const SHELLS: Readonly<Record<string, () => Promise<Shell>>> = {
  bash: async () => (await import('../completion/bash-completion.js')).bashCompletion,
  zsh: async () => (await import('../completion/zsh-completion.js')).zshCompletion,
  fish: async () => (await import('../completion/fish-completion.js')).fishCompletion,
}
/** What the scripts ask for when they are to complete a job. */
const LIST_JOBS = 'jobs'

export const completionCommand: CliCommand = {
  name: 'completion',
  sentence: 'prints a script that completes actions, options, values, jobs and files in a shell.',
  usage: '<bash|zsh|fish>',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [{ long: LIST_JOBS, value: 'none', description: 'Print what a shell may offer as a job.', hidden: true }],
  examples: [
    'source <(flink-ts completion bash)',
    'flink-ts completion zsh > "${fpath[1]}/_flink-ts"',
    'flink-ts completion fish > ~/.config/fish/completions/flink-ts.fish',
  ],
  async execute(parsed, context) {
    if (has(parsed, LIST_JOBS)) {
      const { jobCandidates } = await import('../completion/job-candidates.js')
      for (const line of await jobCandidates(runDirectoryOf(context))) context.print(line)
      return 0
    }
    const [shell, more] = parsed.operands
    const known = Object.keys(SHELLS).join(', ')
    if (shell === undefined) throw argumentError(`Missing the shell. Name one of ${known}.`)
    const load = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
    if (load === undefined || more !== undefined) {
      throw argumentError(
        `There is no completion for "${[shell, ...parsed.operands.slice(1)].join(' ')}". Name one of ${known}.`,
      )
    }
    const { completionTable } = await import('../completion/completion-table.js')
    const script = (await load())(completionTable(await context.commands(), COMMON_OPTIONS))
    context.answer({ shell, script }, [script.trimEnd()])
    return 0
  },
}
