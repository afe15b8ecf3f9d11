/** `laneway store … | head` ends when its reader does; what cannot be written (a full disk) is told in one line, with exit code 1. */
export function guardOutput(program: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`${program}: cannot write the output: ${error.message}\n`);
    process.exit(1);
  });
}
