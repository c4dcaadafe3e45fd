#!/usr/bin/env node
// Source maps must be on before the first engine module is loaded, so that every stack shows lines of the sources.
process.setSourceMapsEnabled(true)
const { main } = await import('../dist/src/cli/main.js')
await main(process.argv.slice(2))
