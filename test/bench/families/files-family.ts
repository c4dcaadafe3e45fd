import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runBound } from '../bench-engine.js'
import { ratioAtLeast, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'
import { writeBenchFile, type FileFormat } from '../jobs/bench-file.js'
import { rateOf } from '../progress-merge.js'

const RECORDS = 6_000_000
const FORMATS: readonly (readonly [FileFormat, title: string])[] = [
  ['lines', 'lines of text'],
  ['csv', 'CSV'],
  ['json', 'JSON lines'],
]
const PARALLELISMS = [1, 2] as const
/** Read and counted, or read and written to files again. */
const ENDS = [
  ['', ''],
  ['to-file-', ', file to file'],
] as const
const BOUNDS = [
  ['pipeline', 'stream pipeline'],
  ['loop', 'loop over chunks'],
] as const

type End = (typeof ENDS)[number][0]

/** A file of its own for each run, on the disk and most likely in the memory of the system. */
async function withFile<R>(
  format: FileFormat,
  records: number,
  use: (file: string, sizeBytes: number, output: string) => Promise<R>,
): Promise<R> {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-bench-'))
  const file = path.join(directory, `visits.${format}`)
  try {
    return await use(file, writeBenchFile(file, format, records), path.join(directory, 'output'))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function jobProgram(end: End, format: FileFormat, parallelism: number): BenchProgram {
  return {
    id: `${end}${format}-p${String(parallelism)}`,
    usesEngine: true,
    measure: (engine, sizes) => {
      const records = sizes.records ?? RECORDS
      return withFile(format, records, (file, sizeBytes, output) => {
        const [module, args] = end === '' ? ['files-job', {}] : ['files-to-files-job', { output }]
        return engine.runJob(
          { module, parallelism, args: { format, path: file, records, ...args } },
          ({ progress }) => ({
            mbps: rateOf(progress, records) * (sizeBytes / records),
          }),
        )
      })
    },
  }
}

function boundProgram(end: End, form: string, format: FileFormat): BenchProgram {
  return {
    id: `${end}${form}-${format}`,
    usesEngine: false,
    measure: (_engine, sizes) =>
      withFile(format, sizes.records ?? RECORDS, async (file, _sizeBytes, output) => {
        const args = [form, '--format', format, '--path', file, ...(end === '' ? [] : ['--output', output])]
        return JSON.parse(await runBound('file-pipeline', args)) as Figures
      }),
  }
}

/** Files of 400 to 700 MB, read and counted or written again, against what one would write by hand. */
export const filesFamily: BenchFamily = {
  name: 'files',
  programs: ENDS.flatMap(([end]) =>
    FORMATS.flatMap(([format]) => [
      ...BOUNDS.map(([form]) => boundProgram(end, form, format)),
      ...PARALLELISMS.map((parallelism) => jobProgram(end, format, parallelism)),
    ]),
  ),
  rows: ENDS.flatMap(([end, added]) =>
    FORMATS.flatMap(([format, title]) =>
      PARALLELISMS.flatMap((parallelism) =>
        BOUNDS.map(([form, label]) => ({
          title: `${title}${added}, p = ${String(parallelism)}`,
          unit: 'MB/s',
          value: { program: `${end}${format}-p${String(parallelism)}`, figure: 'mbps' },
          bound: { label, value: { program: `${end}${form}-${format}`, figure: 'mbps' } },
          ...(parallelism === 1 && form === 'pipeline' ? { goal: ratioAtLeast(0.8) } : {}),
        })),
      ),
    ),
  ),
}
