// Every sampler. A new one is a file beside this one, its test, and its name here: declared, and in its place
// of the order.
#pragma once

#include <array>

namespace redraw {

struct SamplerInfo;

// Each is defined in the file of its namespace: several files are compiled as one, and all of them have a `run`.
// clang-format off
namespace ddim { extern const SamplerInfo kDdim; }
namespace ddpm { extern const SamplerInfo kDdpm; }
namespace pndm { extern const SamplerInfo kPndm; }
namespace lms { extern const SamplerInfo kLms; }
namespace heun { extern const SamplerInfo kHeun; }
namespace euler { extern const SamplerInfo kEuler; }
namespace euler_a { extern const SamplerInfo kEulerA; }
namespace dpm_2 { extern const SamplerInfo kDpm2, kDpm2A; }
namespace dpmpp_2s { extern const SamplerInfo kDpmpp2s; }
namespace dpmpp_multistep { extern const SamplerInfo kDpmpp2m, kDpmpp2mSde, kDpmpp3m, kDpmpp3mSde; }
namespace unipc { extern const SamplerInfo kUnipc; }
namespace deis { extern const SamplerInfo kDeis; }
namespace ipndm { extern const SamplerInfo kIpndm; }
namespace lcm { extern const SamplerInfo kLcm; }
namespace tcd { extern const SamplerInfo kTcd; }
namespace sasolver { extern const SamplerInfo kSasolver; }
namespace k_euler { extern const SamplerInfo kKEuler; }
namespace k_euler_a { extern const SamplerInfo kKEulerA; }
namespace k_heun { extern const SamplerInfo kKHeun; }
namespace k_dpm_2 { extern const SamplerInfo kKDpm2, kKDpm2A; }
namespace k_lms { extern const SamplerInfo kKLms; }
namespace dpmpp_2s_a { extern const SamplerInfo kDpmpp2SA; }
namespace dpmpp_sde { extern const SamplerInfo kDpmppSde; }
namespace k_dpmpp_2m { extern const SamplerInfo kKDpmpp2M; }
namespace k_dpmpp_2m_sde { extern const SamplerInfo kKDpmpp2MSde; }
namespace k_dpmpp_3m_sde { extern const SamplerInfo kKDpmpp3MSde; }
namespace dpm_fast { extern const SamplerInfo kDpmFast; }
namespace dpm_adaptive { extern const SamplerInfo kDpmAdaptive; }
namespace er_sde { extern const SamplerInfo kErSde; }
namespace euler_cfg_pp { extern const SamplerInfo kEulerCfgPp, kEulerACfgPp; }
// clang-format on

/// In the order in which they are shown to people; the first is the default. Plain names are diffusers', k_ names
/// k-diffusion's where both have one.
inline constexpr auto kSamplers = std::to_array<const SamplerInfo*>({
    &ddim::kDdim,
    &ddpm::kDdpm,
    &pndm::kPndm,
    &lms::kLms,
    &heun::kHeun,
    &euler::kEuler,
    &euler_a::kEulerA,
    &dpm_2::kDpm2,
    &dpm_2::kDpm2A,
    &dpmpp_2s::kDpmpp2s,
    &dpmpp_multistep::kDpmpp2m,
    &dpmpp_multistep::kDpmpp2mSde,
    &dpmpp_multistep::kDpmpp3m,
    &dpmpp_multistep::kDpmpp3mSde,
    &unipc::kUnipc,
    &deis::kDeis,
    &ipndm::kIpndm,
    &lcm::kLcm,
    &tcd::kTcd,
    &sasolver::kSasolver,
    &k_euler::kKEuler,
    &k_euler_a::kKEulerA,
    &k_heun::kKHeun,
    &k_dpm_2::kKDpm2,
    &k_dpm_2::kKDpm2A,
    &k_lms::kKLms,
    &dpmpp_2s_a::kDpmpp2SA,
    &dpmpp_sde::kDpmppSde,
    &k_dpmpp_2m::kKDpmpp2M,
    &k_dpmpp_2m_sde::kKDpmpp2MSde,
    &k_dpmpp_3m_sde::kKDpmpp3MSde,
    &dpm_fast::kDpmFast,
    &dpm_adaptive::kDpmAdaptive,
    &er_sde::kErSde,
    &euler_cfg_pp::kEulerCfgPp,
    &euler_cfg_pp::kEulerACfgPp,
});

}  // namespace redraw
