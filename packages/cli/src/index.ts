export { buildProgram } from './program.ts';
export { setUpDemo } from './demo.ts';
