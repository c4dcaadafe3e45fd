import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

/** A directory with these files, removed after the test. */
export async function temporaryDirectory(
  context: TestContext,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'flink-ts-graph-')))
  context.after(() => rm(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return directory
}
