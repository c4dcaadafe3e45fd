/** Programs of Java that read what we write for Flink's client. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const SOURCES = path.resolve(import.meta.dirname, '../../../../../test/flink-client/java')
/** Classes with the fields of Flink's, where Flink is not at hand. */
const STUBS = path.join(SOURCES, 'stub/org/apache/flink/util')

export const IS_JDK_THERE: boolean = spawnSync('javac', ['-version']).status === 0

/** What the program prints of each of the texts, a line for a line. */
export function readByJava(program: string, texts: readonly string[]): string[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-java-'))
  try {
    const stubs = readdirSync(STUBS).map((name) => path.join(STUBS, name))
    const compiler = ['-d', directory, path.join(SOURCES, `${program}.java`), ...stubs]
    const compiled = spawnSync('javac', compiler, { encoding: 'utf8' })
    assert.equal(compiled.status, 0, compiled.stderr)
    const read = spawnSync('java', ['-XX:TieredStopAtLevel=1', '-cp', directory, program], {
      input: texts.map((text) => `${text}\n`).join(''),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
    assert.equal(read.status, 0, read.stderr)
    return read.stdout.trimEnd().split('\n')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
