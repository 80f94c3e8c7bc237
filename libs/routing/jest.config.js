import { jestPreset } from '../../jest.preset.js';

export default jestPreset('routing', import.meta.dirname);
