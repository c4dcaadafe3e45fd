/** The page with the table of all command lines. */
import type { Transcript, Verdict } from '../e2e/transcripts/transcript.js'

export interface TableRow {
  readonly name: string
  readonly command: string
  readonly exitCode: number | null
  /** Against what Flink's client prints of Flink's own cluster; undefined where there is no transcript of that. */
  readonly asOfFlink: Verdict | undefined
  /** Against what flink-ts prints; undefined where it has no such command. */
  readonly asFlinkTs: Verdict | undefined
}

/** Both programs, one after the other. */
export function renderBoth(
  transcripts: readonly { readonly program: string; readonly transcript: Transcript }[],
): string {
  return transcripts
    .map(({ program, transcript: { command, exitCode, stdout, stderr } }) => {
      const lines = (text: string): string => (text === '' ? '' : `${text}\n`)
      const head = `$ ${program} ${command}\nexit code: ${String(exitCode)}\n`
      return `${head}--- stdout\n${lines(stdout)}--- stderr\n${lines(stderr)}`
    })
    .join('\n')
}

/** `text`: of the page as it is; what stands between the two marks is replaced. */
export function withTables(text: string, tables: ReadonlyMap<string, readonly TableRow[]>): string {
  return [...tables].reduce((page, [version, rows]) => {
    const block = new RegExp(`(<!-- ${version} -->\\n)[^]*?(<!-- end -->)`)
    return page.replace(block, (_all, begin: string, end: string) => `${begin}${tableOf(rows)}${end}`)
  }, text)
}

function tableOf(rows: readonly TableRow[]): string {
  const count = (verdict: Verdict, which: 'asOfFlink' | 'asFlinkTs'): string =>
    String(rows.filter((row) => row[which] === verdict).length)
  const counts = (which: 'asOfFlink' | 'asFlinkTs'): string =>
    `${count('equal', which)} equal, ${count('heading', which)} heading, ${count('differs', which)} differ`
  const lines = rows.map(({ name, command, exitCode, asOfFlink, asFlinkTs }) => {
    return `| ${name} | \`${command}\` | ${String(exitCode)} | ${asOfFlink ?? '-'} | ${asFlinkTs ?? '-'} |\n`
  })
  return [
    `\nAgainst Flink's own cluster: ${counts('asOfFlink')}. Against flink-ts: ${counts('asFlinkTs')}.\n\n`,
    "| transcript | `flink ...` | exit code | as with Flink's cluster | as flink-ts |\n|---|---|---|---|---|\n",
    ...lines,
    '\n',
  ].join('')
}
