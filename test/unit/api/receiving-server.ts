import { createServer, type Server, type Socket } from 'node:net'

/** A TCP server that keeps what it is sent, connection by connection. */
export class ReceivingServer {
  readonly texts: string[] = []
  port = 0
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  async listen(port = 0): Promise<this> {
    const server = createServer((socket) => {
      const connection = this.texts.push('') - 1
      this.#sockets.add(socket)
      socket.setEncoding('utf8')
      socket.on('data', (text: string) => {
        this.texts[connection] = (this.texts[connection] ?? '') + text
      })
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const address = server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    return this
  }

  /** As a receiver that is killed. */
  async die(): Promise<void> {
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined))
  }
}
