#!/usr/bin/env node
import module from 'node:module'

// Node 22 and later keep compiled modules on disk: the second start is faster.
module.enableCompileCache?.()
const { main } = await import('../dist/lib/cli/main.js')
await main(process.argv.slice(2))
