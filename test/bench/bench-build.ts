import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Builds the engine of a git ref in a worktree of its own, lends it to `use`, and removes it. */
export async function withBuildOf<R>(
  repository: string,
  ref: string,
  use: (directory: string) => Promise<R>,
): Promise<R> {
  const parent = await mkdtemp(path.join(tmpdir(), 'flink-ts-bench-'))
  const directory = path.join(parent, 'build')
  try {
    await run('git', ['worktree', 'add', '--detach', directory, ref], { cwd: repository })
    const modules = path.join(repository, 'node_modules')
    await symlink(modules, path.join(directory, 'node_modules'))
    await run(process.execPath, [path.join(modules, 'typescript/bin/tsc'), '-b', 'tsconfig.json'], { cwd: directory })
    return await use(directory)
  } finally {
    await rm(parent, { recursive: true, force: true })
    await run('git', ['worktree', 'prune'], { cwd: repository })
  }
}
