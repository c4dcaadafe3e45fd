import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
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
    const node = (script: string, ...args: string[]) =>
      run(process.execPath, [path.join(modules, script), ...args], { cwd: directory })
    await node('typescript/bin/tsc', '-b', 'tsconfig.json')
    const bundle = path.join(directory, '.config/rollup.config.js')
    // Refs from before the bundle run what the compiler made.
    if (existsSync(bundle)) await node('@rollup/wasm-node/dist/bin/rollup', '--silent', '-c', bundle)
    return await use(directory)
  } finally {
    await rm(parent, { recursive: true, force: true })
    await run('git', ['worktree', 'prune'], { cwd: repository })
  }
}
