import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { REPOSITORY } from '../e2e/command-line.js'
import { BenchEngine } from './bench-engine.js'
import type { BenchFamily, BenchRow } from './bench-family.js'
import { measuredRows } from './bench-report.js'
import { measureFamily } from './bench-suite.js'
import { chainFamily } from './families/chain-family.js'
import { keyedCountFamily } from './families/keyed-count-family.js'

/** Far below every goal: only a catastrophe comes here. */
const LEAST_SHARE = 0.1
/** A busy machine may spoil one measurement; a catastrophe spoils all of them. */
const ATTEMPTS = 3
const OPTIONS = { runs: 1, sizes: { records: 300_000, minutes: 1 }, onProgress: () => undefined }

function onlyRow(family: BenchFamily, title: string): BenchFamily {
  const row = family.rows.find((candidate) => candidate.title === title)
  assert.ok(row !== undefined, `there is no row ${title}`)
  const used = programsOf(row)
  return { name: family.name, rows: [row], programs: family.programs.filter(({ id }) => used.includes(id)) }
}

function programsOf(row: BenchRow): string[] {
  const bound = row.bound?.value
  return [row.value.program, ...(typeof bound === 'object' ? [bound.program] : [])]
}

async function shareOfLoop(family: BenchFamily): Promise<number> {
  const result = await measureFamily(family, [new BenchEngine(REPOSITORY)], OPTIONS)
  assert.deepEqual(result.failures, [])
  return measuredRows(result)[0]?.ratio ?? Number.NaN
}

describe('The engine has not lost tenfold against a hand-written loop', () => {
  const rows: readonly (readonly [BenchFamily, string])[] = [
    [chainFamily, 'map -> filter -> map -> sink, p = 1'],
    [keyedCountFamily, 'running count, 100,000 fresh keys, p = 1'],
    [keyedCountFamily, 'running count, 100,000 fresh keys, p = 2'],
  ]
  for (const [family, title] of rows) {
    it(`in ${title}`, async () => {
      const only = onlyRow(family, title)
      const shares: number[] = []
      while (shares.length < ATTEMPTS && Math.max(...shares) < LEAST_SHARE) shares.push(await shareOfLoop(only))
      assert.ok(Math.max(...shares) >= LEAST_SHARE, `the job reaches ${shares.join(', ')} of the loop`)
    })
  }
})
