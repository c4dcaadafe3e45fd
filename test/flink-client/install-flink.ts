/**
 * Puts together what Flink's command line needs from the packages that PyPI has: `bin` and `conf` of `apache-flink`, `lib` of
 * `apache-flink-libraries`, some 300 MB. It stays in FLINK_CLIENT_CACHE, or below node_modules, as `flink-<version>`; a
 * distribution that is there already can be put there, too.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import * as tar from 'tar'

const KEPT_IN = path.resolve(
  process.env['FLINK_CLIENT_CACHE'] ?? path.join(import.meta.dirname, '../../../node_modules/.cache/flink-client'),
)
const DOWNLOAD_TIMEOUT_MS = 20 * 60_000

export type Installed = { readonly home: string } | { readonly missing: string }

/** Home directory of that version, or what is missing here. */
export function installFlink(version: string): Installed {
  for (const program of ['java', 'javac']) {
    if (spawnSync(program, ['-version']).status !== 0) return { missing: `a JDK (${program})` }
  }
  const home = path.join(KEPT_IN, `flink-${version}`)
  if (existsSync(path.join(home, 'bin/flink'))) return { home }
  const work = `${home}.${String(process.pid)}`
  mkdirSync(path.join(work, 'download'), { recursive: true })
  try {
    const missing = download(version, path.join(work, 'download'))
    if (missing !== undefined) return { missing }
    assemble(path.join(work, 'download'), path.join(work, 'home'))
    renameSync(path.join(work, 'home'), home)
    return { home }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** What is missing. */
function download(version: string, directory: string): string | undefined {
  process.stderr.write(`Flink ${version} is installed in ${KEPT_IN}: about 300 MB from PyPI\n`)
  for (const name of ['apache-flink', 'apache-flink-libraries']) {
    const command = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', directory, `${name}==${version}`]
    const { status, stderr, error } = spawnSync('python3', command, { encoding: 'utf8', timeout: DOWNLOAD_TIMEOUT_MS })
    if (status !== 0) {
      const [reason = ''] = (error?.message ?? stderr).trim().split('\n').slice(-1)
      return `${name} ${version} of PyPI (python3 ${command.slice(0, 3).join(' ')}: ${reason})`
    }
  }
  return undefined
}

/** Both packages, unpacked, hold a part of the distribution each, in a folder of one name or another. */
function assemble(directory: string, home: string): void {
  const unpacked = path.join(directory, 'unpacked')
  mkdirSync(unpacked)
  for (const name of readdirSync(directory).filter((each) => each !== 'unpacked')) {
    const file = path.join(directory, name)
    if (name.endsWith('.whl')) spawnSync('python3', ['-m', 'zipfile', '-e', file, unpacked], { stdio: 'inherit' })
    else tar.extract({ file, cwd: unpacked, sync: true })
  }
  const roots = readdirSync(unpacked).flatMap((name) => [path.join(unpacked, name), path.join(unpacked, name, 'deps')])
  for (const part of ['bin', 'conf', 'lib']) {
    const found = roots.map((root) => path.join(root, part)).filter((folder) => existsSync(folder))
    if (found.length === 0) throw new Error(`the packages of Flink have no folder ${part}`)
    for (const folder of found) cpSync(folder, path.join(home, part), { recursive: true })
  }
  // Archives of Python do not say which files can be run.
  spawnSync('chmod', ['-R', 'a+rx', path.join(home, 'bin')])
}
