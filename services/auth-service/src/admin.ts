// The operator's commands: `npm run admin`, and in the image `node services/auth-service/dist/admin.js`.
import { runCommand } from './command-line/run-command.ts'

process.exitCode = await runCommand({
  args: process.argv.slice(2),
  environment: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
})
