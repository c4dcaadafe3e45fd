/**
 * Looking into a large savepoint and changing it, by processor time: `npm run snapshot-figures`, `-- 1000000 inspect export` for another number of
 * entries and some rows. Half of them are counts of keys of a declared type, half objects without one, 400 bytes each: with the 5,000,000 of the
 * default it has 1 GB.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { REPOSITORY } from '../e2e/command-line.js'
import { writeLargeSavepoint } from './large-savepoint.js'

const DEFAULT_ENTRIES = 5_000_000
const FLINK_TS = path.join(REPOSITORY, 'bin/flink-ts.js')

/** Of the command, in seconds: user and system time of its process, and how long it took. */
function secondsOf(args: readonly string[], output = '/dev/null'): { readonly cpu: number; readonly wall: number } {
  const script = '"$0" "$@" > "$OUTPUT"; times'
  const begin = performance.now()
  const told = execFileSync('sh', ['-c', script, process.execPath, FLINK_TS, ...args], {
    env: { ...process.env, OUTPUT: output },
    encoding: 'utf8',
  })
  const wall = (performance.now() - begin) / 1000
  const [, ofChildren = ''] = told.trim().split('\n')
  const cpu = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  )
  return { cpu, wall }
}

function report(what: string, { cpu, wall }: { readonly cpu: number; readonly wall: number }, entries: number): void {
  const rate = `, ${Math.round(entries / cpu).toLocaleString('en')} entries/s of processor time`
  process.stdout.write(`${what}: ${cpu.toFixed(2)} s of processor time (${wall.toFixed(2)} s by the clock)${rate}\n`)
}

interface Place {
  readonly savepoint: string
  /** Of lines, which `export` writes. */
  readonly lines: string
  readonly fresh: () => string
}

const ROWS: Readonly<Record<string, (place: Place) => readonly string[]>> = {
  'start of a command': () => ['--version'],
  inspect: ({ savepoint }) => ['savepoint', 'inspect', savepoint],
  export: ({ savepoint }) => ['state', 'export', savepoint],
  'export of counts': ({ savepoint }) => ['state', 'export', savepoint, '--state', 'count'],
  ls: ({ savepoint }) => ['state', 'ls', savepoint],
  diff: ({ savepoint }) => ['state', 'diff', savepoint, savepoint],
  rescale: ({ savepoint, fresh }) => ['savepoint', 'rescale', savepoint, '--max-parallelism', '1024', '-o', fresh()],
  import: ({ savepoint, lines, fresh }) => ['state', 'import', savepoint, lines, '-o', fresh()],
}

const [given, ...wanted] = process.argv.slice(2)
const entries = Number(given ?? DEFAULT_ENTRIES)
const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-snapshots-'))
try {
  const to = path.join(directory, 'new')
  const fresh = (): string => {
    rmSync(to, { recursive: true, force: true })
    return to
  }
  const place = { savepoint: path.join(directory, 'savepoint'), lines: path.join(directory, 'entries.jsonl'), fresh }
  const bytes = await writeLargeSavepoint(place.savepoint, entries)
  process.stdout.write(
    `a savepoint of ${entries.toLocaleString('en')} entries, ${String(Math.round(bytes / 1e6))} MB\n`,
  )
  for (const [row, argumentsOf] of Object.entries(ROWS)) {
    if (wanted.length > 0 && !wanted.includes(row)) continue
    const seconds = secondsOf(argumentsOf(place), row === 'export' ? place.lines : '/dev/null')
    report(row, seconds, row === 'export of counts' ? entries / 2 : entries)
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}
