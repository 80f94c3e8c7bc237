import { jestPreset } from '../../jest.preset.js';

export default jestPreset('registry service', import.meta.dirname);
