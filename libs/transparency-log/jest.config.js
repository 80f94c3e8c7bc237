import { jestPreset } from '../../jest.preset.js';

export default jestPreset('transparency-log', import.meta.dirname);
