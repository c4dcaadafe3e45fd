import { VERDICTS } from './verdicts.js'

/** The page that shows the table. */
export function renderVerdicts(commandOf: (name: string) => string): string {
  const rows = Object.entries(VERDICTS)
  const count = (verdict: string): string => String(rows.filter(([, row]) => row.verdict === verdict).length)
  return [
    '# Command lines of Flink',
    '',
    '`recorded/` has what Flink 1.20.3 answered to these command lines, without the stack frames. `../transcripts.test.ts` gives them to',
    'flink-ts in this order and compares exit code, standard output and standard error. Nothing is taken out but what differs from run to',
    'run: ids, times, figures, directories. A job file (`bench-job.ts`) stands for the JAR, whose program does the same.',
    '',
    '- **equal**: not a letter is different.',
    '- **heading**: exit code, streams and all that is printed up to the first line of the message are the same, by which scripts know it.',
    '  What explains it is ours, in the place of a Java stack.',
    '- **differs**: for the reason that is named.',
    '',
    'What is not equal is kept in `own/`, so that a change shows. `WRITE_TRANSCRIPTS=1 npm run tests -- e2e/transcripts` writes `own/` and this page.',
    '',
    `${count('equal')} equal, ${count('heading')} heading, ${count('differs')} differ.`,
    '',
    '| transcript | `flink ...` | verdict | why |',
    '|---|---|---|---|',
    ...rows.map(([name, { verdict, reason = '' }]) => `| ${name} | \`${commandOf(name)}\` | ${verdict} | ${reason} |`),
    '',
  ].join('\n')
}
