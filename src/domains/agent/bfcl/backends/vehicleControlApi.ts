/** VehicleControlAPI: a car with an engine, doors, brakes and lights, and a map of places. */
import {
  bfclClass,
  failure,
  field,
  float,
  methodsOf,
  number,
  text,
  type BfclClass,
  type LongContext,
} from "./bfclClass.js";
import { PythonRandom } from "./pythonRandom.js";

interface Car {
  random: PythonRandom;
  long: LongContext | null;
  fuelLevel: number;
  batteryVoltage: number;
  engine_state: string;
  remainingUnlockedDoors: number;
  doorStatus: Map<string, string>;
  acTemperature: number;
  fanSpeed: number;
  acMode: string;
  humidityLevel: number;
  headLightStatus: string;
  parkingBrakeStatus: string;
  parkingBrakeForce: number;
  slopeAngle: number;
  brakePedalStatus: string;
  brakePedalForce: number;
  distanceToNextVehicle: number;
  cruiseStatus: string;
  destination: unknown;
  frontLeftTirePressure: number;
  frontRightTirePressure: number;
  rearLeftTirePressure: number;
  rearRightTirePressure: number;
}

/** Gallons in a full tank, and miles that a gallon lasts. */
const TANK = 50;
const MILES = 20;
const LITRES = 3.78541;
const GALLONS = 0.264172;

/** The pedal pressed down, and the parking brake, in newtons. */
const FULL_FORCE = 1000;
const PARKING_FORCE = 500;

const ZIPCODES: ReadonlyMap<unknown, string> = new Map([
  ["Rivermist", "83214"],
  ["Stonebrook", "74532"],
  ["Maplecrest", "56108"],
  ["Silverpine", "62947"],
  ["Shadowridge", "71354"],
  ["Sunset Valley", "83462"],
  ["Oakendale", "47329"],
  ["Willowbend", "52013"],
  ["Crescent Hollow", "69238"],
  ["Autumnville", "51479"],
  ["San Francisco", "94016"],
]);

/** Kilometres between two places, in both directions. */
const DISTANCES: readonly (readonly [string, string, number])[] = [
  ["83214", "74532", 750],
  ["56108", "62947", 320],
  ["71354", "83462", 450],
  ["47329", "52013", 290],
  ["69238", "51479", 630],
  ["94016", "83214", 980],
  ["94016", "94704", 600],
  ["94704", "08540", 2550],
  ["94016", "08540", 1950],
  ["62947", "47329", 1053],
  ["94016", "62947", 780],
  ["74532", "94016", 880],
];

const method = methodsOf<Car>();

/** What the long-context category adds to an answer. */
const more = (
  { long }: Car,
  name: string,
  extension: string,
): Record<string, unknown> =>
  long === null ? {} : { [name]: long[extension] };

const ENGINE = {
  startEngine: method<{ ignitionMode: string }>(
    ["ignitionMode"],
    (car, { ignitionMode }) => {
      // Stopping works whatever is wrong, and is then answered as an error.
      if (ignitionMode === "STOP") car.engine_state = "stopped";
      if (car.remainingUnlockedDoors > 0) {
        const open = [...car.doorStatus].filter(
          ([, status]) => status === "unlocked",
        );
        return failure(`lock first: ${open.map(([door]) => door).join(", ")}`);
      }
      if (car.brakePedalStatus !== "pressed")
        return failure("the brake pedal must be pressed");
      if (car.brakePedalForce !== FULL_FORCE)
        return failure("the brake pedal must be pressed fully");
      if (car.fuelLevel < 0) return failure("the tank is empty");
      if (ignitionMode !== "START") return failure("unknown ignition mode");
      car.engine_state = "running";
      return {
        engineState: car.engine_state,
        fuelLevel: car.fuelLevel,
        batteryVoltage: car.batteryVoltage,
      };
    },
  ),
  fillFuelTank: method<{ fuelAmount: number }>(
    ["fuelAmount"],
    (car, { fuelAmount }) => {
      if (number(fuelAmount) < 0) return failure("fuel cannot be taken out");
      if (car.fuelLevel + number(fuelAmount) > TANK)
        return failure("the tank does not hold so much");
      car.fuelLevel += number(fuelAmount);
      return { fuelLevel: car.fuelLevel };
    },
  ),
  setCruiseControl: method<{
    speed: unknown;
    activate: unknown;
    distanceToNextVehicle: unknown;
  }>(
    ["speed", "activate", "distanceToNextVehicle"],
    (car, { speed: wanted, activate, distanceToNextVehicle }) => {
      const distance = float(distanceToNextVehicle);
      const speed = float(wanted);
      if (car.engine_state === "stopped")
        return failure("the engine must be running");
      car.distanceToNextVehicle = distance;
      if (activate && (speed < 0 || speed > 120 || speed % 5 !== 0))
        return failure("no such speed");
      car.cruiseStatus = activate ? "active" : "inactive";
      return {
        cruiseStatus: car.cruiseStatus,
        currentSpeed: speed,
        distanceToNextVehicle: distance,
      };
    },
  ),
  get_current_speed: method([], ({ random }) => ({
    currentSpeed: random.uniform(0, 120),
  })),
};

function moveDoor(car: Car, door: string, status: string): void {
  const now = car.doorStatus.get(door);
  if (now === undefined) throw new RangeError(`no door ${door}`);
  if (now === status) return;
  car.doorStatus.set(door, status);
  car.remainingUnlockedDoors += status === "unlocked" ? 1 : -1;
}

function pressPedal(car: Car, position: number): unknown {
  if (!(position >= 0 && position <= 1))
    return failure("the pedal goes from 0 to 1");
  car.brakePedalStatus = position === 0 ? "released" : "pressed";
  car.brakePedalForce = position * FULL_FORCE;
  return {
    brakePedalStatus: car.brakePedalStatus,
    brakePedalForce: car.brakePedalForce,
  };
}

const CONTROLS = {
  lockDoors: method<{ unlock: unknown; door: string[] }>(
    ["unlock", "door"],
    (car, { unlock, door: doors }) => {
      const lockStatus = unlock ? "unlocked" : "locked";
      for (const door of doors) moveDoor(car, door, lockStatus);
      const { remainingUnlockedDoors } = car;
      return { lockStatus, remainingUnlockedDoors };
    },
  ),
  adjustClimateControl: method<{
    temperature: number;
    unit?: string;
    fanSpeed?: number;
    mode?: string;
  }>(
    ["temperature", "unit?", "fanSpeed?", "mode?"],
    (
      car,
      {
        temperature,
        unit = "celsius",
        fanSpeed = 50,
        mode: climateMode = "auto",
      },
    ) => {
      if (number(fanSpeed) < 0 || number(fanSpeed) > 100)
        return failure("the fan goes from 0 to 100");
      car.acTemperature =
        unit === "fahrenheit"
          ? ((number(temperature) - 32) * 5) / 9
          : temperature;
      car.fanSpeed = fanSpeed;
      car.acMode = climateMode;
      return {
        currentACTemperature: temperature,
        climateMode,
        humidityLevel: car.humidityLevel,
      };
    },
  ),
  setHeadlights: method<{ mode: string }>(["mode"], (car, { mode }) => {
    if (!["on", "off", "auto"].includes(mode)) return failure("no such light");
    car.headLightStatus = mode === "on" ? "on" : "off";
    return { headlightStatus: car.headLightStatus };
  }),
  activateParkingBrake: method<{ mode: string }>(["mode"], (car, { mode }) => {
    if (mode !== "engage" && mode !== "release") return failure("unknown mode");
    car.parkingBrakeStatus = mode === "engage" ? "engaged" : "released";
    car.parkingBrakeForce = mode === "engage" ? PARKING_FORCE : 0;
    car.slopeAngle = 10;
    return {
      ...more(car, "parkingBrakeInstruction", "PARKING_BRAKE_INSTRUCTION"),
      parkingBrakeStatus: car.parkingBrakeStatus,
      _parkingBrakeForce: car.parkingBrakeForce,
      _slopeAngle: car.slopeAngle,
    };
  }),
  pressBrakePedal: method<{ pedalPosition: number }>(
    ["pedalPosition"],
    (car, { pedalPosition }) => pressPedal(car, number(pedalPosition)),
  ),
  releaseBrakePedal: method([], (car) => pressPedal(car, 0)),
  set_navigation: method<{ destination: unknown }>(
    ["destination"],
    (car, { destination }) => {
      car.destination = destination;
      return { status: `on the way to ${text(destination)}` };
    },
  ),
};

/** What each option of the display shows. */
const DISPLAY: Readonly<Record<string, (car: Car) => Record<string, unknown>>> =
  {
    fuel: ({ fuelLevel }) => ({ fuelLevel }),
    battery: ({ batteryVoltage }) => ({ batteryVoltage }),
    doors: ({ doorStatus }) => ({ doorStatus: Object.fromEntries(doorStatus) }),
    climate: (car) => ({
      currentACTemperature: car.acTemperature,
      fanSpeed: car.fanSpeed,
      climateMode: car.acMode,
      humidityLevel: car.humidityLevel,
    }),
    headlights: (car) => ({ headlightStatus: car.headLightStatus }),
    parkingBrake: ({ parkingBrakeStatus, parkingBrakeForce, slopeAngle }) => ({
      parkingBrakeStatus,
      parkingBrakeForce,
      slopeAngle,
    }),
    brakePedal: ({ brakePedalStatus, brakePedalForce }) => ({
      brakePedalStatus,
      brakePedalForce,
    }),
    engine: (car) => ({ engineState: car.engine_state }),
  };

const tires = (car: Car): Record<string, number> => ({
  frontLeftTirePressure: car.frontLeftTirePressure,
  frontRightTirePressure: car.frontRightTirePressure,
  rearLeftTirePressure: car.rearLeftTirePressure,
  rearRightTirePressure: car.rearRightTirePressure,
});

const READING = {
  displayCarStatus: method<{ option: string }>(
    ["option"],
    (car, { option }) => ({
      ...more(car, "metadata", "CAR_STATUS_METADATA"),
      ...(Object.hasOwn(DISPLAY, option)
        ? DISPLAY[option]!(car)
        : failure("unknown option")),
    }),
  ),
  check_tire_pressure: method([], (car) => {
    const mean = Object.values(tires(car)).reduce((sum, one) => sum + one) / 4;
    return {
      ...tires(car),
      healthy_tire_pressure: mean >= 30 && mean <= 35,
      car_info: car.long === null ? {} : car.long.CAR_STATUS_METADATA,
    };
  }),
  find_nearest_tire_shop: method([], () => ({
    shopLocation: "456 Oakwood Avenue, Rivermist, 83214",
  })),
  get_outside_temperature_from_google: method([], ({ random, long }) => ({
    ...(long?.LONG_WEATHER as object | undefined),
    outsideTemperature: random.uniform(-10, 40),
  })),
  get_outside_temperature_from_weather_com: method([], () => ({ error: 404 })),
  display_log: method<{ messages: unknown }>(["messages"], (_, args) => ({
    log: args.messages,
  })),
};

const COMPUTING = {
  estimate_drive_feasibility_by_mileage: method<{ distance: number }>(
    ["distance"],
    ({ fuelLevel }, { distance }) => ({
      canDrive: fuelLevel * MILES >= number(distance),
    }),
  ),
  liter_to_gallon: method<{ liter: number }>(["liter"], (_, { liter }) => ({
    gallon: number(liter) * GALLONS,
  })),
  gallon_to_liter: method<{ gallon: number }>(["gallon"], (_, { gallon }) => ({
    liter: number(gallon) * LITRES,
  })),
  estimate_distance: method<{ cityA: string; cityB: string }>(
    ["cityA", "cityB"],
    (car, { cityA, cityB }) => {
      const found = DISTANCES.find(
        ([from, to]) =>
          (from === cityA && to === cityB) || (from === cityB && to === cityA),
      );
      return {
        ...(found === undefined
          ? failure("the distance is unknown")
          : { distance: found[2] }),
        ...more(car, "intermediaryCities", "INTERMEDIARY_CITIES"),
      };
    },
  ),
  get_zipcode_based_on_city: method<{ city: unknown }>(["city"], (_, args) => ({
    zipcode: ZIPCODES.get(args.city) ?? "00000",
  })),
};

const DOORS = {
  driver: "unlocked",
  passenger: "unlocked",
  rear_left: "unlocked",
  rear_right: "unlocked",
};

/** The class VehicleControlAPI. */
export const vehicleControlApi: BfclClass<Car> = bfclClass<Car>({
  name: "VehicleControlAPI",
  start: (config, long) => {
    const doorStatus = new Map(
      Object.entries(field(config, "doorStatus", DOORS)),
    );
    const locked = [...doorStatus.values()].filter((one) => one === "locked");
    return {
      random: new PythonRandom(field(config, "random_seed", 141053)),
      long,
      doorStatus,
      remainingUnlockedDoors: 4 - locked.length,
      fuelLevel: field(config, "fuelLevel", 0),
      batteryVoltage: field(config, "batteryVoltage", 12.6),
      engine_state: field(config, "engineState", "stopped"),
      acTemperature: field(config, "acTemperature", 25),
      fanSpeed: field(config, "fanSpeed", 50),
      acMode: field(config, "acMode", "auto"),
      humidityLevel: field(config, "humidityLevel", 50),
      headLightStatus: field(config, "headLightStatus", "off"),
      parkingBrakeStatus: field(config, "parkingBrakeStatus", "released"),
      parkingBrakeForce: field(config, "parkingBrakeForce", 0),
      slopeAngle: field(config, "slopeAngle", 0),
      brakePedalStatus: field(config, "brakePedalStatus", "released"),
      brakePedalForce: field(config, "brakePedalForce", 0),
      distanceToNextVehicle: field(config, "distanceToNextVehicle", 50),
      cruiseStatus: field(config, "cruiseStatus", "inactive"),
      destination: field<unknown>(config, "destination", "None"),
      frontLeftTirePressure: field(config, "frontLeftTirePressure", 32),
      frontRightTirePressure: field(config, "frontRightTirePressure", 32),
      rearLeftTirePressure: field(config, "rearLeftTirePressure", 30),
      rearRightTirePressure: field(config, "rearRightTirePressure", 30),
    };
  },
  tools: { ...ENGINE, ...CONTROLS, ...READING, ...COMPUTING },
  // The forces of the brakes and the slope are private there: they do not count.
  compared: ({
    random: _,
    long: __,
    parkingBrakeForce: ___,
    slopeAngle: ____,
    brakePedalForce: _____,
    ...rest
  }) => rest,
});
