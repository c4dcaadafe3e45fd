/**
 * Runs the compiled tests on other versions of Node, whatever the machine has: `npm run test:nodes` on all of them,
 * `npm run test:nodes -- 24 e2e` on one and a part of the tests. The binaries are npm packages, kept below node_modules.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const KEPT_IN = path.resolve(import.meta.dirname, '../../../node_modules/.cache/nodes')

/** The oldest that is supported, and the lines that people have. */
const NODES = ['20.19.6', '22.23.5', '24.22.3']

/** The package that holds Node for this machine. */
function packageName(): string {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
}

/** Folder of the binary, which is installed when it is not there. */
function installNode(version: string): string {
  const folder = path.join(KEPT_IN, version)
  const installed = path.join(folder, 'node_modules', packageName())
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true })
    // A manifest of its own: npm would take the project's otherwise.
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
    const install = ['install', '--no-audit', '--no-fund', '--no-save', `${packageName()}@${version}`]
    const { status } = spawnSync('npm', install, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
    if (status !== 0) {
      throw new Error(`Node ${version} could not be installed: npm ${install.join(' ')} in ${folder} failed.`)
    }
  }
  return path.join(installed, 'bin')
}

/** Exit code of the tests on that version. Whatever they start by the name `node` is that version, too. */
function runTestsOn(version: string, filters: readonly string[]): number {
  const folder = installNode(version)
  const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` }
  const runner = path.join(import.meta.dirname, 'run-tests.js')
  const node = path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
  process.stdout.write(`Tests on Node ${version}\n`)
  return spawnSync(node, [runner, ...filters], { env, stdio: 'inherit' }).status ?? 1
}

const [first = '', ...rest] = process.argv.slice(2)
const named = NODES.filter((version) => version === first || version.startsWith(`${first}.`))
const versions = named.length > 0 ? named : NODES
const filters = named.length > 0 ? rest : process.argv.slice(2)
const failed = versions.filter((version) => runTestsOn(version, filters) !== 0)
process.stdout.write(
  `Tests on Node ${versions.join(', ')}: ${failed.length === 0 ? 'all passed' : `failed on ${failed.join(', ')}`}\n`,
)
if (failed.length > 0) process.exitCode = 1
