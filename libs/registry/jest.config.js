import { jestPreset } from '../../jest.preset.js';

export default jestPreset('registry', import.meta.dirname);
