import { logNameOf, outputNameOf } from '../../core/logging/log-names.js'
import { ProcessLogs } from './process-logs.js'

/** `<id>.out`, or of a later process of the job `<id>-3.out`. */
const OUTPUT = /^flink-ts-[0-9a-f]{32}(?:-(\d{1,9}))?\.out$/

/** The logs of a job process, and what its jobs have printed where nobody was attached to it. */
export function jobLogs(directory: string | undefined, pid: number, jobIds: () => readonly string[]): ProcessLogs {
  const log = logNameOf(pid)
  const isOwn = (name: string): boolean =>
    name === log || name.startsWith(`${log}.`) || jobIds().some((id) => name.startsWith(outputNameOf(id)))
  return new ProcessLogs({ directory, log, outputOf: newestOutput, isOwn })
}

function newestOutput(names: readonly string[]): string | undefined {
  const numbered = names.flatMap((name) => {
    const match = OUTPUT.exec(name)
    return match === null ? [] : [{ name, number: Number(match[1] ?? '1') }]
  })
  return numbered.sort((left, right) => right.number - left.number)[0]?.name
}
