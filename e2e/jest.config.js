import { jestPreset } from '../jest.preset.js';

export default jestPreset('end-to-end', import.meta.dirname);
